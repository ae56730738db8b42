package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Gates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What validate cannot run is said, and the weights are checked all the same. */
class NotMeasuredTest {
    @TempDir
    Path folder;

    private RandomRun run;

    @BeforeEach
    void writeRun() throws IOException {
        run = RandomRun.write(folder, DType.F16, 0.1);
    }

    @Test
    void anArchitectureThatIsNotDescribed() throws IOException, InterruptedException {
        Path config = run.base().resolve("config.json");
        Files.writeString(
                config,
                Json.write(ModelConfig.read(FolderFiles.of(run.base()))
                        .json()
                        .with(List.of("model_type"), new JsonText("spiral"))));
        assertNotMeasured("validate cannot compute the architecture 'spiral'");
    }

    @Test
    void aBaseWithoutTokenizer() throws IOException, InterruptedException {
        Path merged = ReferenceMerge.of(run.base(), run.adapter()).write(folder.resolve("merged"));
        Files.delete(merged.resolve("tokenizer.json"));
        assertNotMeasured(
                Judged.of(run.base(), run.adapter(), merged), "validate cannot compute a text without tokenizer.json");
    }

    @Test
    void aRequestThatWantsNothingMeasured() throws IOException, InterruptedException {
        Path merged = ReferenceMerge.of(run.base(), run.adapter()).write(folder.resolve("merged"));
        Judged judged = Judged.of(
                run.base(), run.adapter(), merged, Plans.complete(run.base(), run.adapter()), ValidationLevel.OFF);
        assertEquals("fidelity", judged.gate());
        assertTrue(judged.gates().stream().allMatch(gate -> gate.state() == Gate.State.NOT_MEASURED));
    }

    private void assertNotMeasured(String why) throws IOException, InterruptedException {
        Path merged = ReferenceMerge.of(run.base(), run.adapter()).write(folder.resolve("merged"));
        assertNotMeasured(Judged.of(run.base(), run.adapter(), merged), why);
    }

    private static void assertNotMeasured(Judged judged, String why) {
        assertEquals("fidelity", judged.gate(), judged::toString);
        assertEquals(why, judged.closed().orElseThrow().detail());
        assertTrue(Gates.closed(judged.gates(), GatePolicy.delivering()).isEmpty());
        Gate weights = judged.gates().stream()
                .filter(gate -> gate.name().equals("weights"))
                .findFirst()
                .orElseThrow();
        assertEquals(Gate.State.PASSED, weights.state());
    }
}
