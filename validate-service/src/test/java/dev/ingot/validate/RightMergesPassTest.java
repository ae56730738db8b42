package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RightMergesPassTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"jargon-lora", "jargon-lora-ends"})
    void ofTheDemo(String adapterName) throws IOException, InterruptedException {
        Path base = Demo.folder().resolve("base-nf4");
        Path adapter = Demo.folder().resolve(adapterName);
        Path merged = ReferenceMerge.of(base, adapter).write(folder.resolve("merged"));
        Judged judged = Judged.of(base, adapter, merged);
        assertEquals("", judged.gate(), judged::toString);
        assertEquals(
                "",
                Judged.of(base, adapter, merged, Plans.complete(base, adapter), ValidationLevel.SMOKE)
                        .gate());
    }

    /** Down to deltas of a thousandth of the weights, of which bfloat16 keeps next to nothing. */
    @ParameterizedTest
    @CsvSource({"BF16, 0.1", "BF16, 0.01", "BF16, 0.003", "F16, 0.1", "F16, 0.003", "F32, 0.1", "F32, 0.003"})
    void ofRandomWeights(DType dtype, double deltaSize) throws IOException, InterruptedException {
        RandomRun run = RandomRun.write(folder, dtype, deltaSize);
        Path merged = ReferenceMerge.of(run.base(), run.adapter()).write(folder.resolve("merged"));
        Judged judged = Judged.of(run.base(), run.adapter(), merged);
        assertEquals("", judged.gate(), judged::toString);
    }

    /** Two roundings instead of one: PEFT's way with 16-bit tensors is right, too. */
    @ParameterizedTest
    @CsvSource({"BF16, 0.1", "BF16, 0.01", "BF16, 0.003", "F16, 0.1", "F16, 0.003"})
    void withDeltasThatWereRoundedFirst(DType dtype, double deltaSize) throws IOException, InterruptedException {
        RandomRun run = RandomRun.write(folder, dtype, deltaSize);
        Path merged =
                ReferenceMerge.withRoundedDeltas(run.base(), run.adapter()).write(folder.resolve("merged"));
        Judged judged = Judged.of(run.base(), run.adapter(), merged);
        assertEquals("", judged.gate(), judged::toString);
    }
}
