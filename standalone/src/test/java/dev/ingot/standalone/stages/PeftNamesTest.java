package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import dev.ingot.validate.Judgement;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters whose names are not those of the base's files, by a release of transformers or by what wrapped the model, through ingest, merge and the judge. */
@Timeout(120)
class PeftNamesTest {
    private static final String MODEL = "model.safetensors";
    private static final String ADAPTER = "adapter_model.safetensors";
    private static final Path LLAVA = PeftCase.folder("bases", "llava-next-float32");

    static Stream<PeftCase> cases() throws Exception {
        return PeftCase.all().stream().filter(each -> each.name().startsWith("names"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPairGoesWhereTheOracleHasItAndNowhereElse(PeftCase each) throws Exception {
        StagedMerge merge = StagedMerge.of(each);
        Map<String, Tensor> expected = read(each.merged());
        Map<String, Tensor> found = merge.tensors(merge.fused());
        assertEquals(new TreeSet<>(expected.keySet()), changed(read(each.base().resolve(MODEL)), found));
        expected.forEach((name, tensor) -> OracleTensors.requireClose(name, tensor, found.get(name)));
        assertTrue(merge.plan().ledger().stream()
                .filter(entry -> entry.role() == InputRole.ADAPTER)
                .allMatch(entry -> entry.outcome() == Outcome.MERGED));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void noGateIsClosed(PeftCase each, @TempDir Path folder) throws Exception {
        Judgement judgement = StagedJudge.judge(
                StagedMerge.of(each), each.base(), each.adapters().getFirst(), folder.resolve("merged"));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
        assertEquals("", judgement.findings().weightsNotChecked());
    }

    @ParameterizedTest
    @CsvSource({"names-llava-next", "names-llava-next-4.51"})
    void aBaseInTheNamesOfTransformersFiveTakesTheSame(String name, @TempDir Path folder) throws Exception {
        Path base = RenamedFile.copy(LLAVA, MODEL, folder.resolve("base"), PeftNamesTest::inMemory);
        Path adapter = PeftCase.folder("adapters", name);
        StagedMerge merge = new StagedMerge(base, adapter);
        Map<String, Tensor> expected = new TreeMap<>();
        read(PeftCase.folder("merged", name + ".safetensors"))
                .forEach((disk, tensor) -> expected.put(inMemory(disk), tensor));
        Map<String, Tensor> found = merge.tensors(merge.fused());
        assertEquals(new TreeSet<>(expected.keySet()), changed(read(base.resolve(MODEL)), found));
        expected.forEach((key, tensor) -> OracleTensors.requireClose(key, tensor, found.get(key)));
        Judgement judgement = StagedJudge.judge(merge, base, adapter, folder.resolve("merged"));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
    }

    private static String inMemory(String disk) {
        return disk.startsWith("language_model.lm_head")
                ? disk.replace("language_model.", "")
                : "model." + disk.replace("language_model.model.", "language_model.");
    }

    @ParameterizedTest
    @CsvSource({
        "names-llava-next, module., _orig_mod.",
        "names-llava-next, '', _fsdp_wrapped_module.",
        "names-llava-next-4.51, model.module., _checkpoint_wrapped_module.",
        "names-vit, _forward_module., ''",
        "names-qwen2-vl, actor.model., _orig_mod.",
        "names-phimoe, pretrained_model., ''",
        "names-deepseek-v3, module._orig_mod., _fsdp_wrapped_module.",
        "experts-fused, module., _orig_mod.",
        "lora-patterns, student., _checkpoint_wrapped_module.",
        "loha-patterns-bfloat16, module., _orig_mod.",
        "vera, _orig_mod., ''",
    })
    void whateverWrappedTheModelTheBytesAreTheSame(String name, String lead, String infix, @TempDir Path folder)
            throws Exception {
        PeftCase each = named(name);
        Path raw = each.adapters().getFirst();
        Path wrapped = RenamedFile.copy(raw, ADAPTER, folder.resolve("adapter"), wrapping(lead, infix));
        StagedMerge plain = StagedMerge.of(each);
        StagedMerge merge = new StagedMerge(each.base(), wrapped);
        assertEquals(bytes(plain), bytes(merge));
        Judgement judgement = StagedJudge.judge(merge, each.base(), wrapped, folder.resolve("merged"));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
        assertEquals("", judgement.findings().weightsNotChecked());
    }

    private static UnaryOperator<String> wrapping(String lead, String infix) {
        return key -> lead
                + key.replaceFirst("\\.(layers|layer|blocks)\\.(\\d+)\\.", ".$1.$2." + infix.replace("$", ""))
                        .replaceFirst("(lora_[AB])\\.weight$", "$1.default.weight");
    }

    @Test
    void anAdapterOfALanguageModelAloneIsMergedIntoTheOneInsideAVisionModel(@TempDir Path folder) throws Exception {
        Path raw = PeftCase.folder("adapters", "names-llava-next-4.51");
        Path alone = RenamedFile.copy(
                raw,
                ADAPTER,
                folder.resolve("alone"),
                key -> key.contains("language_model")
                        ? key.replace("language_model.model.", "model.")
                        : key.replace("base_model.model.", "critic."));
        StagedMerge merge = new StagedMerge(LLAVA, alone);
        Map<String, Tensor> found = merge.tensors(merge.fused());
        Map<String, Tensor> expected = read(PeftCase.folder("merged", "names-llava-next-4.51.safetensors"));
        expected.keySet().removeIf(name -> !name.startsWith("language_model."));
        assertEquals(new TreeSet<>(expected.keySet()), changed(read(LLAVA.resolve(MODEL)), found));
        expected.forEach((name, tensor) -> OracleTensors.requireClose(name, tensor, found.get(name)));
        Judgement judgement = StagedJudge.judge(merge, LLAVA, alone, folder.resolve("merged"));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
        assertTrue(merge.plan().ledger().stream()
                .anyMatch(entry -> entry.outcome() == Outcome.IGNORED
                        && entry.rule().equals("another role than the trained model: critic")));
    }

    @Test
    void twoExchangedNamesAreFoundByTheJudge(@TempDir Path folder) throws Exception {
        PeftCase each = named("lora-patterns");
        String one = "model.layers.0.self_attn.k_proj.weight";
        String other = "model.layers.1.self_attn.k_proj.weight";
        StagedMerge merge = new StagedMerge(
                each.base(), each.adapters().getFirst(), OutputDType.AUTO, plan -> exchanged(plan, one, other));
        Judgement judgement =
                StagedJudge.judge(merge, each.base(), each.adapters().getFirst(), folder.resolve("merged"));
        assertFalse(StagedJudge.closed(judgement).isEmpty(), judgement.gates()::toString);
    }

    private static Plan exchanged(Plan plan, String one, String other) {
        Map<String, OutputTensor> byName =
                plan.outputs().stream().collect(Collectors.toMap(OutputTensor::name, tensor -> tensor));
        assertFalse(byName.get(one).isUntouched());
        assertFalse(byName.get(other).isUntouched());
        return ChangedPlan.eachTensor(plan, tensor -> {
            OutputTensor from = tensor.name().equals(one)
                    ? byName.get(other)
                    : tensor.name().equals(other) ? byName.get(one) : tensor;
            return Optional.of(
                    new OutputTensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor.value(), from.operations()));
        });
    }

    private static PeftCase named(String name) throws Exception {
        return PeftCase.all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Object> bytes(StagedMerge merge) throws Exception {
        Map<String, Object> bytes = new TreeMap<>();
        merge.tensors(merge.fused()).forEach((name, tensor) -> bytes.put(name, tensor.bytes()));
        return bytes;
    }

    private static Map<String, Tensor> read(Path file) throws Exception {
        FileSet folder = FolderFiles.of(file.getParent());
        try (var opened = folder.open(file.getFileName().toString()).orElseThrow()) {
            return StagedMerge.read(opened);
        }
    }

    private static TreeSet<String> changed(Map<String, Tensor> base, Map<String, Tensor> found) {
        return found.entrySet().stream()
                .filter(tensor -> !base.containsKey(tensor.getKey())
                        || !base.get(tensor.getKey())
                                .bytes()
                                .equals(tensor.getValue().bytes()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
