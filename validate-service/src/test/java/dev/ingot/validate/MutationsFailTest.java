package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.validate.TinyRun.Architecture;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Gates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to merge wrongly, on random weights of three architectures: the gate that is named for it is closed, and none for a right merge. */
class MutationsFailTest {
    @TempDir
    Path folder;

    static Stream<Arguments> mutations() {
        return Arrays.stream(Architecture.values())
                .flatMap(architecture -> Arrays.stream(MergeMutation.values())
                        .filter(mutation -> mutation.isPossibleOn(architecture))
                        .map(mutation -> Arguments.of(architecture, mutation)));
    }

    @Test
    void thereAreAtLeastAsManyAsPromised() {
        for (Architecture architecture : Architecture.values()) {
            long possible = Arrays.stream(MergeMutation.values())
                    .filter(mutation -> mutation.isPossibleOn(architecture))
                    .count();
            assertTrue(possible >= 25, () -> architecture + ": " + possible);
        }
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void isRejectedByItsGate(Architecture architecture, MergeMutation mutation) throws Exception {
        TinyRun run = TinyRun.write(folder, architecture, DType.BF16);
        Judged judged = judge(run, mutation.merge(run));
        assertEquals(mutation.gate, closed(judged), judged::toString);
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void aRightMergeIsNot(Architecture architecture) throws Exception {
        for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.F32}) {
            TinyRun run = TinyRun.write(folder.resolve(dtype.name()), architecture, dtype);
            Judged judged = judge(run, ReferenceMerge.of(run.base(), run.adapter()));
            assertEquals("", closed(judged), judged::toString);
        }
    }

    /** The dtype of the merge, not of the base: right where nothing overflows. */
    @ParameterizedTest
    @CsvSource({"F32, BF16", "BF16, F32", "F16, BF16", "F16, F32"})
    void norIsOneInAnotherDType(DType ofBase, DType ofMerge) throws Exception {
        for (Architecture architecture : Architecture.values()) {
            TinyRun run = TinyRun.write(folder.resolve(architecture.name()), architecture, ofBase);
            Judged judged = judge(run, in(ofMerge, run));
            assertEquals("", closed(judged), judged::toString);
        }
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void oneInADTypeInWhichAValueOverflowsIs(Architecture architecture) throws Exception {
        TinyRun run = TinyRun.write(folder, architecture, DType.BF16);
        assertEquals("finite", closed(judge(run, in(DType.F16, run))));
    }

    private static ReferenceMerge in(DType dtype, TinyRun run) throws IOException {
        ReferenceMerge merge = ReferenceMerge.of(run.base(), run.adapter());
        Map.copyOf(merge.tensors.all())
                .forEach((name, tensor) -> merge.tensors.put(name, dtype, tensor.shape(), tensor.floats()));
        merge.config = merge.config.with(List.of("torch_dtype"), new JsonText(dtype.torchName()));
        return merge;
    }

    /** PEFT's way with an adapter in 16 bit: the delta is rounded before it is added. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void norIsOneThatRoundsTwice(Architecture architecture) throws Exception {
        for (double size : new double[] {0.1, 0.05, 0.01}) {
            TinyRun run = TinyRun.write(folder.resolve("of " + size), architecture, DType.BF16, 7, size);
            Judged judged = judge(run, ReferenceMerge.withRoundedDeltas(run.base(), run.adapter()));
            assertEquals("", closed(judged), judged::toString);
        }
    }

    private Judged judge(TinyRun run, ReferenceMerge merge) throws IOException, InterruptedException {
        return Judged.of(run.base(), run.adapter(), merge.write(run.base().resolveSibling("merged")));
    }

    private static String closed(Judged judged) {
        return Gates.closed(judged.gates(), GatePolicy.judging())
                .map(Gate::name)
                .orElse("");
    }
}
