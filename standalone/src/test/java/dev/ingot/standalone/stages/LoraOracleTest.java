package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.Ulp;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.recompute.TensorCheck;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of layer and every option of LoRA, against the tensors that PEFT's merge gives, or float64 formulas where PEFT is wrong. */
@Timeout(120)
class LoraOracleTest {
    private static final double FLOAT32 = 1e-5;

    static Stream<PeftCase> cases() throws Exception {
        return PeftCase.all().stream()
                .filter(each -> each.type().equals("LORA") || each.type().equals("TRAINABLE_TOKENS"))
                .filter(LoraOracleTest::isMerged);
    }

    /** Mixtures of experts and heads have tests of their own. */
    private static boolean isMerged(PeftCase each) {
        return !each.name().startsWith("experts")
                && !each.name().startsWith("heads")
                && !each.name().equals("router");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mergedTensorsAreThoseOfTheOracle(PeftCase each) throws Exception {
        StagedMerge merge = StagedMerge.of(each);
        Map<String, Tensor> found = merge.tensors(merge.fused());
        try (var file = FolderFiles.of(each.merged().getParent())
                .open(each.merged().getFileName().toString())
                .orElseThrow()) {
            Map<String, Tensor> expected = StagedMerge.read(file);
            for (Map.Entry<String, Tensor> tensor : expected.entrySet()) {
                requireClose(tensor.getKey(), tensor.getValue(), found.get(tensor.getKey()), each.ulps());
            }
            assertEquals(expectedNames(each, expected.keySet()), found.keySet());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theJudgeWhoSeesNoPlanFindsNoFault(PeftCase each, @TempDir Path folder) throws Exception {
        StagedMerge merge = StagedMerge.of(each);
        Findings findings =
                StagedJudge.findings(merge, each.base(), each.adapters().getFirst(), folder, true);
        assertEquals(List.of(), findings.structure());
        assertEquals(List.of(), findings.accounting());
        assertEquals("", findings.weightsNotChecked());
        for (TensorCheck check : findings.weights()) {
            double limit = check.touched() ? Math.max(1, each.ulps()) : 0;
            assertTrue(check.distance() <= limit, () -> check.tensor() + " is off by " + check.distance());
        }
        assertTrue(findings.weights().size() > 3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora-dora-bfloat16",
                "lora-dora-embedding",
                "lora-conv3d",
                "lora-multihead-attention",
                "lora-olora-bfloat16",
                "lora-kasa-bfloat16",
                "residual-pissa-niter",
                "tokens-of-tied-under-head-bfloat16",
                "resized-adapted",
                "trainable-tokens"
            })
    void theJudgeFindsOneWrongElement(String name, @TempDir Path folder) throws Exception {
        PeftCase each =
                cases().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        Path adapter = each.adapters().getFirst();
        StagedMerge merge = StagedMerge.of(each);
        Path merged = merge.write(merge.fused(), folder);
        Damage.firstBytesOfTouched(merge.plan(), merged);
        Findings findings = StagedJudge.findings(merge, each.base(), adapter, merged, false);
        assertTrue(findings.weights().stream().anyMatch(check -> check.distance() > 1), findings::toString);
    }

    private static Set<String> expectedNames(PeftCase each, Set<String> changed) throws Exception {
        Set<String> names = new TreeSet<>(changed);
        try (var file = FolderFiles.of(each.base()).open("model.safetensors").orElseThrow()) {
            names.addAll(StagedMerge.read(file).keySet());
        }
        return names;
    }

    private static void requireClose(String name, Tensor expected, Tensor found, double ulps) {
        assertTrue(found != null, name + " is missing");
        DType dtype = expected.entry().dtype();
        assertEquals(dtype, found.entry().dtype(), name);
        assertEquals(expected.entry().shape(), found.entry().shape(), name);
        ByteBuffer wanted = expected.bytes().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer given = found.bytes().order(ByteOrder.LITTLE_ENDIAN);
        if (dtype == DType.F32) {
            while (wanted.hasRemaining()) {
                assertEquals(wanted.getFloat(), given.getFloat(), FLOAT32, name);
            }
            return;
        }
        long count = expected.entry().shape().elements();
        long different = 0;
        for (long i = 0; i < count; i++) {
            int a = Short.toUnsignedInt(wanted.getShort());
            int b = Short.toUnsignedInt(given.getShort());
            long distance = Ulp.between(dtype, a, b);
            assertTrue(distance <= ulps, name + " at " + i + ": " + distance + " ulp");
            different += distance == 0 ? 0 : 1;
        }
        assertTrue(different <= Math.max(1, count / 1000), name + ": " + different + " of " + count + " differ");
    }
}
