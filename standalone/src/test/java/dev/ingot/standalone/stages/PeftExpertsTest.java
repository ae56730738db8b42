package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import dev.ingot.validate.Judgement;
import dev.ingot.validate.recompute.Recomputation;
import dev.ingot.validate.recompute.TensorCheck;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** LoRA on mixtures of experts, fused and one by one, on bases of both kinds, against PEFT or float64 formulas, and before the judge. */
@Timeout(120)
class PeftExpertsTest {
    static Stream<PeftCase> cases() throws Exception {
        return PeftCase.all().stream()
                .filter(each -> each.name().startsWith("experts") || each.name().equals("router"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mergedTensorsAreThoseOfTheOracleAndNoOthersChange(PeftCase each) throws Exception {
        StagedMerge merge = merge(each);
        Map<String, Tensor> found = merge.tensors(merge.fused());
        Map<String, Tensor> expected = read(each.merged());
        assertEquals(new TreeSet<>(expected.keySet()), changed(read(each.base().resolve("model.safetensors")), found));
        expected.forEach((name, tensor) -> OracleTensors.requireClose(name, tensor, found.get(name)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyTensorOfTheAdapterIsMerged(PeftCase each) throws Exception {
        List<LedgerEntry> entries = merge(each).plan().ledger().stream()
                .filter(entry -> entry.role() == InputRole.ADAPTER)
                .toList();
        Path file = each.adapters().getFirst().resolve("adapter_model.safetensors");
        assertEquals(
                read(file).keySet(),
                entries.stream().map(LedgerEntry::tensor).collect(Collectors.toCollection(TreeSet::new)));
        assertTrue(entries.stream().allMatch(entry -> entry.outcome() == Outcome.MERGED));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theJudgeRecomputesTheMergeFromConfigAndKeysAlone(PeftCase each, @TempDir Path folder) throws Exception {
        StagedMerge merge = merge(each);
        merge.write(merge.fused(), folder);
        List<TensorCheck> checks = recomputed(each, folder);
        for (TensorCheck check : checks) {
            assertTrue(
                    check.distance() <= (check.touched() ? 1 : 0),
                    () -> check.tensor() + " is off by " + check.distance());
        }
        assertEquals(
                read(each.merged()).keySet(),
                checks.stream()
                        .filter(TensorCheck::touched)
                        .map(TensorCheck::tensor)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void noGateIsClosed(PeftCase each, @TempDir Path folder) throws Exception {
        Path adapter = each.adapters().getFirst();
        Judgement judgement = StagedJudge.judge(merge(each), each.base(), adapter, folder.resolve("merged"));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
    }

    @ParameterizedTest
    @CsvSource({"experts-fused", "experts-transposed", "experts-0.18", "experts-one-by-one-on-fused", "experts-0.19.0"})
    void theJudgeFindsOneWrongElement(String name, @TempDir Path folder) throws Exception {
        PeftCase each = named(name);
        StagedMerge merge = merge(each);
        merge.write(merge.fused(), folder);
        Damage.firstBytesOfTouched(merge.plan(), folder);
        assertTrue(recomputed(each, folder).stream().anyMatch(check -> check.distance() > 1));
    }

    @ParameterizedTest
    @CsvSource({"experts-fused", "experts-transposed", "experts-fused-on-fused", "experts-one-by-one-on-fused"})
    void theSameBytesComeOutOfAnyTilingOnAnyNumberOfThreads(String name) throws Exception {
        StagedMerge merge = merge(named(name));
        List<Integer> one = checksums(merge.fused(1, 1 << 20));
        assertEquals(one, checksums(merge.fused(4, 512)));
        assertEquals(one, checksums(merge.fused(3, 700)));
    }

    @Test
    void expertsThatDequantWroteFirstGiveTheSameBytes() throws Exception {
        StagedMerge merge = merge(named("experts-microscaled"));
        assertEquals(checksums(merge.fused()), checksums(merge.stored()));
    }

    @ParameterizedTest
    @CsvSource({
        "experts-fused, qwen3-moe-bfloat16, '\"r\": 2', '\"r\": 3', adapter.rank",
        "experts-fused, qwen3-moe-bfloat16, '\"mlp.experts.down_proj\",', '', adapter.target-parameters",
        "experts-fused-down, qwen3-moe-bfloat16, 'mlp.experts.down_proj', 'mlp.experts.gate_up_proj', adapter.shape",
        "experts-fused, qwen3-moe-bfloat16, '\"0.21.2\"', null, adapter.layout",
        "experts-fused, qwen3-moe-bfloat16, '\"use_dora\": false', '\"use_dora\": true', adapter.unsupported-option",
        "experts-fused, mixtral-float32, '', '', adapter.shape",
        "experts-fused, llama-float32, '', '', adapter.unmatched-key",
        "experts-one-by-one, gpt-oss-bfloat16, '', '', adapter.unsupported-layer",
        "experts-one-by-one-on-fused, qwen3-moe-fused-float32, '\"up_proj\"', '\"k_proj\"', adapter.untargeted",
        "experts-one-by-one-on-fused, qwen3-moe-fused-float32, '\"r\": 2', '\"r\": 3', adapter.rank|adapter.shape"
    })
    void whatDoesNotFitIsRefused(
            String adapter, String base, String part, String instead, String codes, @TempDir Path folder)
            throws Exception {
        Path from = PeftCase.folder("adapters", adapter);
        String config = Files.readString(from.resolve("adapter_config.json"));
        assertTrue(config.contains(part), part);
        Files.writeString(folder.resolve("adapter_config.json"), config.replace(part, instead));
        Files.copy(from.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.safetensors"));
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> new StagedMerge(PeftCase.folder("bases", base), folder));
        assertTrue(List.of(codes.split("\\|")).contains(refused.code()), refused.toString());
    }

    /** Unsloth has a linear layer for each expert of gpt-oss, which no class of transformers has. */
    @ParameterizedTest
    @CsvSource({"gpt-oss-bfloat16, adapter.split-experts", "split, base.split-experts"})
    void splitExpertsAreRefusedByName(String base, String code, @TempDir Path folder) throws Exception {
        Path adapter = Files.createDirectory(folder.resolve("adapter"));
        Path from = PeftCase.folder("adapters", "experts-transposed");
        Files.copy(from.resolve("adapter_config.json"), adapter.resolve("adapter_config.json"));
        renamed(from, adapter, "adapter_model.safetensors", "self_attn.k_proj", "mlp.experts.gate_up_projs.0");
        Path split = Files.createDirectory(folder.resolve("base"));
        Path whole = PeftCase.folder("bases", "gpt-oss-bfloat16");
        Files.copy(whole.resolve("config.json"), split.resolve("config.json"));
        renamed(whole, split, "model.safetensors", "self_attn.k_proj", "mlp.experts.gate_up_projs.0");
        Path onto = base.equals("split") ? split : whole;
        RefusedInput refused = assertThrows(RefusedInput.class, () -> new StagedMerge(onto, adapter));
        assertEquals(code, refused.code(), refused::toString);
        assertTrue(refused.getMessage().contains("gate_up_projs.0"), refused::toString);
    }

    /** A file with other names of other lengths: the header is written anew before the same bytes. */
    private static void renamed(Path from, Path to, String file, String part, String instead) throws Exception {
        byte[] all = Files.readAllBytes(from.resolve(file));
        int length = Math.toIntExact(
                ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong());
        byte[] header = new String(all, Long.BYTES, length, StandardCharsets.UTF_8)
                .replace(part, instead)
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + header.length + all.length - Long.BYTES - length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(header.length).put(header).put(all, Long.BYTES + length, all.length - Long.BYTES - length);
        Files.write(to.resolve(file), out.array());
    }

    private static StagedMerge merge(PeftCase each) throws Exception {
        return new StagedMerge(each.base(), each.adapters().getFirst());
    }

    private static PeftCase named(String name) throws Exception {
        return cases().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
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
        return shards.stream().map(shard -> shard.object().crc32c()).toList();
    }

    private static Map<String, Tensor> read(Path file) throws Exception {
        try (var opened = FolderFiles.of(file.getParent())
                .open(file.getFileName().toString())
                .orElseThrow()) {
            return StagedMerge.read(opened);
        }
    }

    private static Set<String> changed(Map<String, Tensor> base, Map<String, Tensor> found) {
        return found.entrySet().stream()
                .filter(tensor -> !base.containsKey(tensor.getKey())
                        || !base.get(tensor.getKey())
                                .bytes()
                                .equals(tensor.getValue().bytes()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
