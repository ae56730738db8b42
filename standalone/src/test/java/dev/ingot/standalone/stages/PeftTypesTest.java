package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.validate.recompute.Recomputation;
import dev.ingot.validate.recompute.TensorCheck;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters of every type other than LoRA, against what PEFT's own merge made of them, and before the judge. */
@Timeout(120)
class PeftTypesTest {
    static Stream<PeftCase> otherTypes() throws Exception {
        return PeftCase.all().stream()
                .filter(each -> !each.type().startsWith("LORA") && !each.type().equals("TRAINABLE_TOKENS"))
                .filter(each -> each.adapters().size() == 1);
    }

    static Stream<String> unmergeable() throws Exception {
        return PeftCase.refused().stream();
    }

    @ParameterizedTest
    @MethodSource("otherTypes")
    void mergedTensorsArePeftsAndNoOthersChange(PeftCase each) throws Exception {
        StagedMerge merge = new StagedMerge(each.base(), each.adapters().getFirst());
        PeftAgreement.require(each, merge.tensors(merge.fused()));
    }

    @ParameterizedTest
    @MethodSource("otherTypes")
    void theJudgeRecomputesTheMergeFromConfigAndKeysAlone(PeftCase each, @TempDir Path folder) throws Exception {
        StagedMerge merge = new StagedMerge(each.base(), each.adapters().getFirst());
        merge.write(merge.fused(), folder);
        List<TensorCheck> checks = recomputed(each, folder);
        for (TensorCheck check : checks) {
            double limit = check.touched() ? 1 : 0;
            assertTrue(check.distance() <= limit, () -> check.tensor() + " is off by " + check.distance());
        }
        assertTrue(
                checks.stream().anyMatch(check -> check.touched() || each.type().equals("LN_TUNING")));
    }

    @ParameterizedTest
    @CsvSource({"loha-patterns-bfloat16", "oft-exact", "road-4-float16", "vblora-topk-bfloat16", "ia3-conv1d-class"})
    void theJudgeFindsOneWrongElement(String name, @TempDir Path folder) throws Exception {
        PeftCase each = PeftCase.all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        StagedMerge merge = new StagedMerge(each.base(), each.adapters().getFirst());
        merge.write(merge.fused(), folder);
        Damage.firstBytesOfTouched(merge.plan(), folder);
        assertTrue(recomputed(each, folder).stream().anyMatch(check -> check.distance() > 1));
    }

    @ParameterizedTest
    @CsvSource({
        "loha-conv2d-effective",
        "oft-shared",
        "hra",
        "road-1",
        "fourierft",
        "osf",
        "deft-qr",
        "peanut-deep",
        "miss-bat-bfloat16",
        "gralora-four",
        "vera-conv1d-class",
        "glora-float16"
    })
    void theSameBytesComeOutOfAnyTilingOnAnyNumberOfThreads(String name) throws Exception {
        PeftCase each = PeftCase.all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        StagedMerge merge = new StagedMerge(each.base(), each.adapters().getFirst());
        List<Integer> one = checksums(merge.fused(1, 1 << 20));
        assertEquals(one, checksums(merge.fused(4, 512)));
        assertEquals(one, checksums(merge.fused(3, 700)));
    }

    @ParameterizedTest
    @MethodSource("unmergeable")
    void whatCannotBeMergedIsRefusedByNameWithARemedy(String name) throws Exception {
        Path adapter = PeftCase.folder("refused", name);
        Path base = PeftCase.baseOfRefused(name);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> new StagedMerge(base, adapter).fused());
        assertTrue(refused.code().startsWith("adapter."), refused.code());
        assertTrue(!refused.remedy().isBlank());
    }

    @ParameterizedTest
    @CsvSource({
        "oft-before-0.16, adapter.old-layout, before 0.16",
        "grouped-convolution, adapter.unsupported-layer, in 2 groups",
        "supertuning-without-indices, adapter.unsupported-option, save_precomputed_indices"
    })
    void aRefusalGivesItsOwnReason(String name, String code, String reason) {
        Path adapter = PeftCase.folder("refused", name);
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> new StagedMerge(PeftCase.baseOfRefused(name), adapter));
        assertEquals(code, refused.code());
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    private static List<TensorCheck> recomputed(PeftCase each, Path merged) throws Exception {
        try (CheckpointWeights base = CheckpointWeights.ofModel(FolderFiles.of(each.base()));
                CheckpointWeights written = CheckpointWeights.ofModel(FolderFiles.of(merged));
                AdapterFolder adapter =
                        AdapterFolder.open(FolderFiles.of(each.adapters().getFirst()))) {
            TrainedModel trained = TrainedModel.of(base, ModelConfig.read(FolderFiles.of(each.base())), adapter);
            return Recomputation.compare(trained, written, trained.ends().tied(), true, Progress.NONE)
                    .checks();
        }
    }

    private static List<Integer> checksums(List<MergedShard> shards) {
        return shards.stream().map(shard -> shard.object().crc32c()).collect(Collectors.toList());
    }
}
