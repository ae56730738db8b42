package dev.ingot.pipeline.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.work.AttemptRecord;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {
    private static final String PROGRESS =
            new String(Documents.writeEvent(Samples.event(EventKind.RUN_PROGRESS)), UTF_8);

    @ParameterizedTest
    @EnumSource
    void aPublishedEventParsesForEver(EventKind kind) throws IOException {
        assertEquals(Samples.event(kind), Documents.readEvent(golden("events/" + kind.id() + ".v1"), kind.id()));
    }

    @ParameterizedTest
    @EnumSource
    void anEventIsWrittenAsPublished(EventKind kind) throws IOException {
        String golden = new String(golden("events/" + kind.id() + ".v" + kind.version()), UTF_8);

        assertEquals(golden.strip(), new String(Documents.writeEvent(Samples.event(kind)), UTF_8));
    }

    static Stream<String> documents() {
        return Samples.documents().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aStoredDocumentParsesForEver(String name) throws IOException {
        Object expected = Samples.documents().get(name);

        assertEquals(expected, Documents.read(golden("documents/" + name), expected.getClass(), name));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aDocumentIsWrittenAsStored(String name) throws IOException {
        Object document = Samples.documents().get(name);

        assertEquals(new String(golden("documents/" + name), UTF_8), new String(Documents.write(document), UTF_8));
    }

    /** What the first version wrote. */
    @ParameterizedTest
    @ValueSource(strings = {"request", "plan"})
    void aDocumentWithoutMembersThatCameLaterMeansWhatItMeant(String name) throws IOException {
        Object expected = Samples.documents().get(name);

        assertEquals(expected, Documents.read(golden("earlier/" + name), expected.getClass(), name));
    }

    @Test
    void aReportOfTheFirstVersionHasNoFlagsAndNoAccounting() throws IOException {
        Report report = Documents.read(golden("earlier/report"), Report.class, "report");

        assertEquals(Report.Accounting.NONE, report.accounting());
        assertEquals(
                List.of(Report.ModuleEffect.Flag.NONE),
                report.modules().stream().map(Report.ModuleEffect::flag).toList());
    }

    @Test
    void aReportFromBeforeThereWereIntervalsHasNone() throws IOException {
        Report report = Documents.read(golden("earlier/report-weights"), Report.class, "report");

        assertNull(report.policy());
        assertNull(report.perplexities().getFirst().intervals());
        assertEquals(List.of(), report.fidelity().orElseThrow().worst());
        assertEquals(List.of(), report.overrides());
    }

    @Test
    void aManifestFromBeforeThereWereOverridesHasNone() throws IOException {
        assertNull(Documents.read(golden("earlier/manifest"), Manifest.class, "manifest")
                .overrides());
    }

    @Test
    void aVerdictIsReadByItsInterface() throws IOException {
        assertEquals(
                Samples.documents().get("result-rejected"),
                Documents.read(golden("documents/result-rejected"), Verdict.class, "result.json"));
    }

    @Test
    void theOrderOfMembersMeansNothing() {
        String json =
                "{\"shard\":2,\"header\":{\"at\":\"2026-11-22T10:15:30.123Z\",\"run\":{\"run\":\"run-7\",\"team\":"
                        + "\"support\"},\"id\":\"6f9619ff-8b86-4d01-b42d-00cf4fc964ff\"},\"schema\":1,\"kind\":\"shard.planned\"}";

        assertEquals(Samples.event(EventKind.SHARD_PLANNED), Documents.readEvent(json.getBytes(UTF_8), "event"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "kind":"run.progress" | "kind":"run.paused"  | unknown kind 'run.paused'
                    "kind":"run.progress" | "kinds":"x"          | no kind
                    "schema":1            | "schema":2           | schema 2 is unknown
                    "schema":1,           |                      | needs the member 'schema'
                    "unit":"bytes",       |                      | needs the member 'unit'
                    "unit":"bytes"        | "unit":null          | expected text, found null
                    "unit":"bytes"        | "unit":"a","unit":"" | this member stands twice
                    "unit":"bytes"        | "unti":"","unit":""  | no member 'unti'
                    "shard":2             | "shard":2.0          | expected a whole number, found 2.0
                    "shard":2             | "shard":"2"          | expected a whole number, found 2
                    "shard":2             | "shard":9999999999   | out of range of int
                    "stage":"merge"       | "stage":"MERGE"      | expected one of ingest, dequant, merge, validate
                    2026-11-22T           | yesterday            | could not be parsed
                    "team":"support"      | "team":"../x"        | is not a name
                    "note":""}            | "note":""} {}        | expected nothing after the document
                    "note":""}            | "note":""            | not JSON
                    """)
    void whatIsNotAnEventIsRefusedByName(String of, String with, String expected) {
        String json = PROGRESS.replace(of, with == null ? "" : with);

        UnreadableDocument refused = assertThrows(
                UnreadableDocument.class, () -> Documents.readEvent(json.getBytes(UTF_8), "event at offset 12"));

        assertTrue(refused.getMessage().startsWith("event at offset 12"), refused.getMessage());
        assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    }

    @Test
    void anErrorSaysWhereItIs() throws IOException {
        byte[] json = new String(golden("documents/plan"), UTF_8)
                .replace("\"F16\"", "\"F17\"")
                .getBytes(UTF_8);

        UnreadableDocument refused =
                assertThrows(UnreadableDocument.class, () -> Documents.read(json, Plan.class, "plan of a/b"));

        assertTrue(refused.getMessage().startsWith("plan of a/b at /shards/0/tensors/1/dtype: "), refused.getMessage());
    }

    @Test
    void aDocumentOfALaterSchemaIsRefused() throws IOException {
        byte[] json = new String(golden("documents/plan"), UTF_8)
                .replace("\"schema\": 1", "\"schema\": 2")
                .getBytes(UTF_8);

        assertTrue(assertThrows(UnreadableDocument.class, () -> Documents.read(json, Plan.class, "plan"))
                .getMessage()
                .contains("schema 2 is unknown"));
    }

    @ParameterizedTest
    @CsvSource({"''", "[]", "null", "{", "7"})
    void whatIsNoObjectIsRefused(String json) {
        assertThrows(
                UnreadableDocument.class, () -> Documents.read(json.getBytes(UTF_8), AttemptRecord.class, "attempt"));
    }

    @Test
    void everyEventHasAKind() {
        Names.recordsByKind(Event.class)
                .values()
                .forEach(record -> assertTrue(EventKind.of(record).isPresent(), record::getName));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "kind":"run.progress" | "kind":"run.progress","kind":"run.progress"
                    "schema":1            | "schema":1,"schema":1
                    "schema":1            | "schema":1,"kind":"run.progress"
                    """)
    void whatSaysTwiceWhatItIsIsRefused(String of, String with) {
        byte[] json = PROGRESS.replace(of, with).getBytes(UTF_8);

        assertThrows(UnreadableDocument.class, () -> Documents.readEvent(json, "event"));
    }

    private static byte[] golden(String name) throws IOException {
        try (var golden = DocumentsTest.class.getResourceAsStream("/golden/" + name + ".json")) {
            return golden.readAllBytes();
        }
    }
}
