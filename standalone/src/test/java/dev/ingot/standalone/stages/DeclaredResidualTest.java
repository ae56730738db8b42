package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.recompute.Recomputation;
import dev.ingot.validate.recompute.TensorCheck;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters whose initialization changed the base: refused as long as nobody says that the base at hand is the changed one, and then plain LoRAs. */
@Timeout(120)
class DeclaredResidualTest {
    static Stream<String> ambiguous() throws Exception {
        return PeftCase.refused().stream().filter(PeftCase::isMergeableOnResidual);
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void theRefusalNamesTheDeclaration(String name) {
        Path adapter = PeftCase.folder("refused", name);
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> new StagedMerge(PeftCase.baseOfRefused(name), adapter));
        assertTrue(refused.remedy().contains("--base-is-residual"), refused.remedy());
        assertTrue(refused.remedy().contains("baseIsResidual"), refused.remedy());
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void declaredItIsAPlainLoraAndThePlanSaysSo(String name, @TempDir Path folder) throws Exception {
        Path adapter = PeftCase.folder("refused", name);
        Path base = PeftCase.baseOfRefused(name);
        StagedMerge merge = StagedMerge.onResidual(base, adapter);
        assertTrue(operations(merge).allMatch(AddLowRank.class::isInstance));
        assertTrue(merge.plan().notes().stream().anyMatch(note -> note.startsWith("The request declares the base")));
        Findings findings = StagedJudge.findings(merge, base, adapter, folder, true);
        assertEquals("", findings.weightsNotChecked());
        assertTrue(findings.weights().stream().anyMatch(TensorCheck::touched));
        assertTrue(findings.weights().stream().allMatch(check -> check.distance() <= (check.touched() ? 1 : 0)));
    }

    @Test
    void aDeclarationThatChangesNothingIsSaid() throws Exception {
        StagedMerge merge = StagedMerge.onResidual(
                PeftCase.folder("bases", "llama-float32"), PeftCase.folder("adapters", "lora-linear"));
        assertTrue(merge.plan().notes().stream().anyMatch(note -> note.endsWith("the declaration changes nothing.")));
    }

    @Test
    void theJudgeTakesTheDeclarationFromTheRequestAndNotFromThePlan(@TempDir Path folder) throws Exception {
        PeftCase each = PeftCase.all().stream()
                .filter(one -> one.name().equals("residual-pissa"))
                .findFirst()
                .orElseThrow();
        StagedMerge merge = StagedMerge.of(each);
        merge.write(merge.fused(), folder);
        assertTrue(distances(each, folder, true).allMatch(distance -> distance <= 1));
        assertTrue(distances(each, folder, false).anyMatch(distance -> distance > 1));
    }

    private static Stream<Double> distances(PeftCase each, Path merged, boolean declared) throws Exception {
        try (CheckpointWeights base = CheckpointWeights.ofModel(FolderFiles.of(each.base()));
                CheckpointWeights written = CheckpointWeights.ofModel(FolderFiles.of(merged));
                AdapterFolder adapter =
                        AdapterFolder.open(FolderFiles.of(each.adapters().getFirst()))) {
            TrainedModel trained = TrainedModel.of(
                    base, ModelConfig.read(FolderFiles.of(each.base())), declared ? adapter.forResidual() : adapter);
            List<TensorCheck> checks = Recomputation.compare(
                            trained, written, trained.ends().tied(), true, Progress.NONE)
                    .checks();
            return checks.stream().map(TensorCheck::distance);
        }
    }

    private static Stream<Operation> operations(StagedMerge merge) {
        return merge.plan().outputs().stream().flatMap(tensor -> tensor.operations().stream());
    }
}
