package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.signing.Envelope;
import dev.ingot.pipeline.signing.FolderDigests;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot merge --provenance}, {@code verify} and {@code rebuild} on the bundled demo run. */
@Timeout(240)
class ProvenanceTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();
    private static final Path FIXTURES = Path.of("../pipeline/src/test/resources/signing");
    private static final String KEY = FIXTURES.resolve("keys/p256.pem").toString();
    private static final String PUBLIC = FIXTURES.resolve("keys/p256.pub.pem").toString();

    @TempDir
    Path dir;

    private RecordedTerminal recorded = RecordedTerminal.of(0);
    private Path base;
    private Path adapter;
    private Path out;

    @BeforeEach
    void copies() throws IOException {
        base = copy("base-nf4");
        adapter = copy("jargon-lora");
        out = dir.resolve("model");
    }

    private Path copy(String name) throws IOException {
        Path folder = Files.createDirectory(dir.resolve(name));
        try (Stream<Path> files = Files.list(DEMO.resolve(name))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = Files.copy(file, folder.resolve(file.getFileName()));
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            }
        }
        return folder;
    }

    private int ingot(String... args) {
        recorded = RecordedTerminal.of(0);
        return MainAccess.run(recorded.terminal(), args);
    }

    private void merge(String... more) {
        List<String> args = new ArrayList<>(List.of("merge", "--validate", "structure"));
        args.addAll(List.of("--base", base.toString(), "--adapter", adapter.toString(), "--out", out.toString()));
        args.addAll(List.of(more));
        assertEquals(0, ingot(args.toArray(String[]::new)), recorded::err);
    }

    private int verify(String... more) {
        String[] args = Stream.concat(Stream.of("verify", out.toString()), Arrays.stream(more))
                .toArray(String[]::new);
        return ingot(args);
    }

    private int rebuild(Path onto, Path merging, String... more) {
        List<String> args = new ArrayList<>(List.of("rebuild", out.toString(), "--check"));
        args.addAll(List.of("--base", onto.toString(), "--adapter", merging.toString()));
        args.addAll(List.of(more));
        return ingot(args.toArray(String[]::new));
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void aFlippedByteInAnyFileTheBundleOrTheStatementIsFound() throws IOException {
        merge("--signing-key", KEY);
        assertEquals(0, verify("--key", PUBLIC), recorded::err);
        List<Path> all;
        try (Stream<Path> files = Files.list(out)) {
            all = files.toList();
        }
        assertTrue(all.size() > 9, "checkpoint, card, reports, plan, statement and signature: " + all);
        for (Path file : all) {
            int size = (int) Files.size(file);
            for (int at : new int[] {0, size / 3, size / 2, size - 1}) {
                flip(file, at);
                assertEquals(3, verify("--key", PUBLIC), () -> file + " with another byte " + at);
                boolean isSignature = file.endsWith("model.sig");
                assertTrue(recorded.err().contains(isSignature ? "signature." : file.getFileName() + " differs"));
                flip(file, at);
            }
        }
        assertEquals(0, verify("--key", PUBLIC), recorded::err);
        Files.delete(out.resolve("provenance.intoto.jsonl"));
        assertEquals(3, verify("--key", PUBLIC));
        assertTrue(recorded.err().contains("provenance.intoto.jsonl is missing"), recorded.err());
    }

    @Test
    void theStatementNamesInputsPlanParametersVersionsAndGates() throws IOException {
        merge("--signing-key", KEY);
        Envelope envelope = Envelope.read(Files.readAllBytes(out.resolve("provenance.intoto.jsonl")), "the statement");
        JsonObject predicate = Json.parseObject(envelope.payload(), "the statement")
                .object("predicate")
                .orElseThrow();
        JsonObject definition = predicate.object("buildDefinition").orElseThrow();
        assertEquals(
                "auto",
                definition
                        .object("externalParameters")
                        .orElseThrow()
                        .text("dtype")
                        .orElseThrow());
        String inputs = Json.write(definition.array("resolvedDependencies").orElseThrow());
        for (String input : List.of(
                "plan.json",
                "base/model.safetensors",
                "base/config.json",
                "adapter/adapter_model.safetensors",
                "adapter/adapter_config.json")) {
            assertTrue(inputs.contains('"' + input + '"'), input);
        }
        JsonObject details = predicate.object("runDetails").orElseThrow();
        JsonObject versions =
                details.object("builder").orElseThrow().object("version").orElseThrow();
        assertTrue(
                versions.text("java").orElseThrow().startsWith(Runtime.version().toString()));
        assertEquals(
                6,
                details.array("ingot_gates")
                        .map(JsonArray::values)
                        .orElseThrow()
                        .size());
    }

    @Test
    void theCertificateMethodIsVerifiedUnderTheRoot() {
        String chain = FIXTURES.resolve("certificates/chain.pem").toString();
        merge(
                "--signing-key",
                KEY,
                "--signing-certificate",
                FIXTURES.resolve("certificates/signer.pem").toString(),
                "--signing-chain",
                chain);
        String root = FIXTURES.resolve("certificates/root.pem").toString();
        assertEquals(0, verify("--certificate-chain", root), recorded::err);
        String other = FIXTURES.resolve("certificates/other-root.pem").toString();
        assertEquals(3, verify("--certificate-chain", other));
        assertTrue(recorded.err().contains("signature.untrusted"), recorded.err());
    }

    @Test
    void withoutAKeyTheStatementIsUnsignedAndSaysSo() throws IOException {
        merge("--provenance");
        assertFalse(Files.exists(out.resolve("model.sig")));
        assertTrue(Files.readString(out.resolve("report.json")).contains("Not signed"));
        assertEquals(3, verify("--key", PUBLIC));
        assertTrue(recorded.err().contains("signature.missing"), recorded.err());
        assertEquals(0, verify("--unsigned"), recorded::err);
        assertTrue(recorded.out().startsWith("unsigned"), recorded.out());
        flip(out.resolve("model.safetensors"), 100);
        assertEquals(3, verify("--unsigned"));
        assertEquals(3, verify());
        assertTrue(recorded.err().contains("verify.no-key"), recorded.err());
    }

    @Test
    void aPlanIsRebuiltToTheSameDigestsWhereverItsInputsAreNow() throws IOException {
        merge("--signing-key", KEY);
        Path moved = Files.move(base, dir.resolve("moved"));
        assertEquals(0, rebuild(moved, adapter, "--key", PUBLIC), recorded::err);
        assertTrue(recorded.out().startsWith("same  5 files"), recorded.out());

        flip(moved.resolve("model.safetensors"), 100_000);
        assertEquals(3, rebuild(moved, adapter));
        assertTrue(recorded.err().contains("rebuild.other-input: model.safetensors of --base"), recorded.err());
        flip(moved.resolve("model.safetensors"), 100_000);

        assertEquals(3, rebuild(moved, DEMO.resolve("jargon-lora-ends")));
        assertTrue(recorded.err().contains("rebuild.other-input"), recorded.err());

        flip(out.resolve("model.safetensors"), 100_000);
        assertEquals(3, rebuild(moved, adapter));
        assertTrue(recorded.err().contains("rebuild.not-as-stated"), recorded.err());
        assertTrue(recorded.err().contains("model.safetensors is published as"), recorded.err());
        flip(out.resolve("model.safetensors"), 100_000);

        Path plan = out.resolve("plan.json");
        Files.writeString(plan, Files.readString(plan).replaceFirst("\"shards\"", " \"shards\""));
        assertEquals(3, rebuild(moved, adapter));
        assertTrue(recorded.err().contains("provenance.other-plan"), recorded.err());
        assertEquals(3, rebuild(moved, adapter, "--key", PUBLIC));
        assertTrue(recorded.err().contains("plan.json differs"), recorded.err());
    }

    /** Someone who forges weights and statement alike is found by the plan. */
    @Test
    void weightsThatThePlanDoesNotMakeAreNamed() throws IOException {
        merge("--provenance");
        Path weights = out.resolve("model.safetensors");
        String before = FolderDigests.sha256(weights);
        flip(weights, 100_000);
        String after = FolderDigests.sha256(weights);
        Path statement = out.resolve("provenance.json");
        Files.writeString(statement, Files.readString(statement).replace(before, after), StandardCharsets.UTF_8);
        assertEquals(0, verify("--unsigned"), recorded::err);
        assertEquals(3, rebuild(base, adapter));
        assertTrue(recorded.err().contains("rebuild.differs"), recorded.err());
        assertTrue(recorded.err().contains("model.safetensors comes out as " + before), recorded.err());
    }
}
