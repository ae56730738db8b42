package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.report.AliasMove;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.validate.ValidateConfig;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.policy.PolicyPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Version 1 is behind the alias prod, measured on the demo's domain text; a second run has to meet it. */
@Timeout(300)
class IncumbentTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();
    private static final ModelKeys KEYS = new ModelKeys("team", "model");
    private static final RunRef SECOND = new RunRef("team", "second");

    @TempDir
    Path dir;

    private final MemoryStore store = new MemoryStore();
    private final RunFiles files = new RunFiles(store);
    private Path domain;

    @BeforeEach
    void aVersionInProduction() throws Exception {
        domain = DEMO.resolve("domain.eval.txt");
        assertInstanceOf(Verdict.Published.class, run(new RunRef("team", "first"), domain, "off", "measure"));
        store.createOnce(KEYS.alias("prod", 1), Documents.write(new AliasMove(1, "prod", 1, "a test", Instant.EPOCH)));
    }

    @Test
    void onTheSameTextTheFiguresOfItsOwnReportCount() throws Exception {
        assertInstanceOf(Verdict.Published.class, run(SECOND, domain, "prod", "measure"));

        Incumbent incumbent = incumbent();
        assertFalse(incumbent.measuredAgain());
        assertEquals(Gate.State.PASSED, gate().state(), gate().detail());
    }

    @Test
    void onAnotherTextItsCheckpointIsMeasuredAgain() throws Exception {
        Path other = other();
        assertInstanceOf(Verdict.Published.class, run(SECOND, other, "prod", "measure"));

        Incumbent incumbent = incumbent();
        assertTrue(incumbent.measuredAgain());
        Report own = files.report(SECOND).orElseThrow();
        for (Report.Perplexity set : incumbent.perplexities()) {
            double mine = own.perplexities().stream()
                    .filter(each -> each.set().equals(set.set()))
                    .findFirst()
                    .orElseThrow()
                    .merged();
            assertEquals(mine, set.merged(), mine * 1e-6, "the same model on the same text");
        }
        assertEquals(Gate.State.PASSED, gate().state(), gate().detail());
        assertTrue(gate().detail().contains("measured again"), gate().detail());
    }

    @Test
    void withoutMeasuringAgainTheTwoAreNotComparedAndNothingIsPublished() throws Exception {
        Verdict verdict = run(SECOND, other(), "prod", "refuse");

        Verdict.Rejected rejected = assertInstanceOf(Verdict.Rejected.class, verdict);
        assertEquals("gate.incumbent-not-measured", rejected.code());
        assertTrue(rejected.sentence().contains("not comparable"), rejected.sentence());
        assertTrue(rejected.sentence().contains("another domain text"), rejected.sentence());
        assertEquals(Gate.State.NOT_MEASURED, gate().state());
    }

    private Path other() throws IOException {
        List<String> lines = Files.readAllLines(domain);
        return Files.write(dir.resolve("other.txt"), lines.subList(lines.size() / 2, lines.size()));
    }

    private Incumbent incumbent() throws IOException {
        Incumbent incumbent = files.report(SECOND).orElseThrow().incumbent();
        assertEquals(1, incumbent.version());
        return incumbent;
    }

    private Gate gate() throws IOException {
        return files.report(SECOND).orElseThrow().gates().stream()
                .filter(gate -> gate.name().equals("incumbent"))
                .findFirst()
                .orElseThrow();
    }

    private Verdict run(RunRef run, Path text, String alias, String otherText) throws Exception {
        String policy = """
                incumbent:
                  %s
                  other_text: %s
                """.formatted(alias.equals("off") ? "relative: 1" : "alias: " + alias, otherText);
        Path file = Files.write(dir.resolve("policy.yaml"), policy.getBytes(StandardCharsets.UTF_8));
        ValidateConfig config = new ValidateConfig(
                        GatePolicy.publishing(), ValidateConfig.Destination.REGISTRY, 128, 256, 64, 2)
                .with(new PolicyPlaces(Optional.of(file), Optional.empty()));
        RunRequest request = RunRequest.builder(
                        run, "model", DEMO.resolve("base-nf4").toUri().toString())
                .adapter(DEMO.resolve("jargon-lora").toUri().toString())
                .trainedOn(TrainedOn.BASE_AS_STORED)
                .evaluation(Map.of("domain", text.toUri().toString()))
                .provenance(true)
                .build();
        return new FourStages(store, config).run(request);
    }
}
