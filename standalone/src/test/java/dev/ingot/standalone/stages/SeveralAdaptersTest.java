package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.recompute.TensorCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several adapters in one run: sums with weights, and what does more than add in the order given. */
@Timeout(120)
class SeveralAdaptersTest {
    private static final Path LLAMA = PeftCase.folder("bases", "llama-float32");
    private static final Path LLAMA_16 = PeftCase.folder("bases", "llama-bfloat16");

    static Stream<PeftCase> cases() throws Exception {
        return PeftCase.all().stream().filter(each -> each.adapters().size() > 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mergedTensorsAreThoseOfTheOracleAndNoOthersChange(PeftCase each) throws Exception {
        StagedMerge merge = new StagedMerge(each.base(), each.weighted(), null);
        PeftAgreement.require(each, merge.tensors(merge.fused()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theJudgeWhoSeesNoPlanFindsNoFault(PeftCase each, @TempDir Path folder) throws Exception {
        StagedMerge merge = new StagedMerge(each.base(), each.weighted(), null);
        Findings findings = findings(merge, each.base(), each.weighted(), folder, null);
        assertEquals(List.of(), findings.structure());
        assertEquals(List.of(), findings.accounting());
        assertEquals("", findings.weightsNotChecked());
        for (TensorCheck check : findings.weights()) {
            double limit = check.touched() ? 1 : 0;
            assertTrue(check.distance() <= limit, () -> check.tensor() + " is off by " + check.distance());
        }
        assertEquals("", StagedJudge.closed(StagedJudge.judge(merge, findings)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameBytesComeOutOfAnyTiling(PeftCase each) throws Exception {
        StagedMerge merge = new StagedMerge(each.base(), each.weighted(), null);
        List<Integer> one = checksums(merge, 1, 1 << 20);
        assertEquals(one, checksums(merge, 3, 700));
    }

    @Test
    void anotherOrderOfLoraAndOftIsAnotherModel() throws Exception {
        List<WeightedAdapter> adapters = ofCase("several-oft-last").weighted();
        assertNotEquals(
                checksums(new StagedMerge(LLAMA, adapters, null), 2, 1 << 14),
                checksums(new StagedMerge(LLAMA, adapters.reversed(), null), 2, 1 << 14));
    }

    @Test
    void theReportSaysTheOrderAndWhetherItCounts() throws Exception {
        List<WeightedAdapter> adapters = ofCase("several-oft-last").weighted();
        String note = new StagedMerge(LLAMA, adapters, null).plan().notes().getFirst();
        assertTrue(note.contains("1. several-oft-last-1 (LoRA r=3, alpha=5, weight 1), 2. several-oft-last-2"), note);
        assertTrue(
                note.endsWith(
                        "Number 2 does more than add to the base's weights, so that another order may give another model."),
                note);
        String sum = new StagedMerge(LLAMA, ofCase("several-same-modules").weighted(), null)
                .plan()
                .notes()
                .getFirst();
        assertTrue(sum.contains("weight 0.5), 2. several-same-modules-2 (LoRA r=5, alpha=4, weight -0.25)"), sum);
        assertTrue(sum.endsWith("so that another order gives the same model."), sum);
    }

    @Test
    void plainLorasKeepTheirKernel() throws Exception {
        StagedMerge merge =
                new StagedMerge(LLAMA, ofCase("several-same-modules").weighted(), null);
        List<OutputTensor> touched = merge.plan().outputs().stream()
                .filter(tensor -> !tensor.isUntouched())
                .toList();
        assertTrue(touched.stream().allMatch(tensor -> tensor.operations().size() == 2));
        assertTrue(touched.stream()
                .flatMap(tensor -> tensor.operations().stream())
                .allMatch(AddLowRank.class::isInstance));
    }

    @Test
    void everyTensorOfEachAdapterHasItsEntryInTheLedger() throws Exception {
        StagedMerge merge =
                new StagedMerge(LLAMA, ofCase("several-same-modules").weighted(), null);
        var perAdapter = merge.plan().ledger().stream()
                .filter(entry -> entry.role() == InputRole.ADAPTER)
                .collect(Collectors.groupingBy(entry -> entry.adapter(), Collectors.counting()));
        assertEquals(Map.of(1, 8L, 2, 8L), perAdapter);
    }

    @Test
    void theSameAdapterTwiceIsItsDeltaTwice() throws Exception {
        WeightedAdapter adapter = whole("lora-linear");
        WeightedAdapter doubled = new WeightedAdapter(adapter.adapter(), 2);
        StagedMerge twice = new StagedMerge(LLAMA_16, List.of(adapter, adapter), null);
        StagedMerge once = new StagedMerge(LLAMA_16, List.of(doubled), null);
        assertEquals(checksums(once, 2, 1 << 14), checksums(twice, 2, 1 << 14));
    }

    @Test
    void aDeltaTakenAwayAgainLeavesTheBase() throws Exception {
        WeightedAdapter adapter = whole("lora-linear");
        WeightedAdapter negative = new WeightedAdapter(adapter.adapter(), -1);
        StagedMerge merge = new StagedMerge(LLAMA_16, List.of(adapter, negative), null);
        assertTrue(merge.fused().stream()
                .flatMap(shard -> shard.tensors().stream())
                .allMatch(tensor -> tensor.deltaNorm() <= 1e-5 * Math.max(tensor.weightNorm(), 1)));
    }

    @Test
    void theTokenizerIsThatOfTheAdapterWhichResizedTheVocabulary(@TempDir Path folder) throws Exception {
        List<WeightedAdapter> adapters = List.of(
                withTokenizer("lora-linear-bfloat16", folder.resolve("plain")),
                withTokenizer("resized", folder.resolve("resized")));
        Plan plan = new StagedMerge(LLAMA_16, adapters, null).plan();
        String from = plan.inputs()
                .get(plan.carried().stream()
                        .filter(file -> file.name().equals("tokenizer.json"))
                        .findFirst()
                        .orElseThrow()
                        .input())
                .location();
        assertEquals(adapters.get(1).adapter(), from);
        assertTrue(plan.notes().contains("2 adapters bring a tokenizer; the checkpoint has that of resized."));
    }

    private static WeightedAdapter withTokenizer(String adapter, Path to) throws Exception {
        Files.createDirectories(to);
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(PeftCase.folder("adapters", adapter).resolve(name), to.resolve(name));
        }
        Files.writeString(to.resolve("tokenizer.json"), "{\"added_tokens\": []}");
        return WeightedAdapter.whole(to.toUri().toString());
    }

    @ParameterizedTest
    @CsvSource({"llama-bfloat16, nf4-double", "llama-float32, nf4"})
    void sumsAreMergedOntoWhatTrainingQuantized(String base, String config, @TempDir Path folder) throws Exception {
        Path onto = PeftCase.folder("bases", base);
        List<WeightedAdapter> adapters = ofCase("several-same-modules").weighted();
        StagedMerge merge = new StagedMerge(onto, adapters, config);
        Findings findings = findings(merge, onto, adapters, folder, config);
        assertEquals(List.of(), findings.accounting());
        assertTrue(findings.weights().stream().allMatch(check -> check.distance() <= 1));
        assertEquals("", StagedJudge.closed(StagedJudge.judge(merge, findings)));
    }

    @ParameterizedTest
    @CsvSource({"several-same-modules", "several-oft-last", "several-loha-weighted"})
    void theJudgeFindsWeightsThatWereIgnored(String name, @TempDir Path folder) throws Exception {
        PeftCase each = ofCase(name);
        List<WeightedAdapter> others = each.weighted().stream()
                .map(adapter -> WeightedAdapter.whole(adapter.adapter()))
                .toList()
                .reversed();
        StagedMerge wrong = new StagedMerge(each.base(), others, null);
        Findings findings = findings(wrong, each.base(), each.weighted(), folder, null);
        assertTrue(findings.weights().stream().anyMatch(check -> check.distance() > 1));
    }

    @ParameterizedTest
    @CsvSource({
        "several-saved-and-adapted-1, saved-ends, adapter.conflict, both bring",
        "saved-ends, lora-embedding, adapter.conflict, holds a copy",
        "lora-embedding, saved-ends, adapter.conflict, lm_head.weight whole",
        "several-tokens-1, several-tokens-1, '', ''",
        "saved-ends, saved-ends, '', ''",
        "lora-linear, lora-pissa, adapter.order, name it first",
        "lora-pissa, lora-linear, '', ''",
        "lora-linear, lora-kasa, adapter.order, (kasa_config) was trained on what is left",
        "lora-kasa, lora-linear, '', ''",
        "lora-linear, lora-layer-replication, adapter.conflict, layer_replication"
    })
    void whatWouldBeLostIsRefusedByName(String first, String second, String code, String says) throws Exception {
        List<WeightedAdapter> adapters = List.of(whole(first), whole(second));
        if (code.isEmpty()) {
            assertTrue(!new StagedMerge(LLAMA, adapters, null).fused().isEmpty());
            return;
        }
        RefusedInput refused = assertThrows(RefusedInput.class, () -> new StagedMerge(LLAMA, adapters, null));
        assertEquals(code, refused.code());
        assertTrue((refused.getMessage() + refused.remedy()).contains(says), refused.getMessage());
    }

    @Test
    void theSameAdapterTwiceIsMergedTwiceAndSaid() throws Exception {
        List<WeightedAdapter> adapters = List.of(whole("lora-linear"), whole("lora-linear"));
        String notes =
                String.join(" ", new StagedMerge(LLAMA, adapters, null).plan().notes());
        assertTrue(
                notes.contains("Adapters 1 and 2 are one and the same (lora-linear): what it adds counts 2 times."),
                notes);
    }

    @ParameterizedTest
    @CsvSource({
        "lora-dora, becomes more than a sum",
        "saved-norms, is saved whole",
        "oft, becomes more than a sum",
        "ia3, becomes more than a sum",
        "tokens-list, becomes more than a sum",
        "lora-pissa, becomes more than a sum",
        "lora-olora, becomes more than a sum",
        "lora-kasa, becomes more than a sum",
    })
    void aWeightOfWhatDoesMoreThanAddIsRefusedWithTheReason(String name, String reason) {
        WeightedAdapter half = new WeightedAdapter(whole(name).adapter(), 0.5);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> new StagedMerge(LLAMA, List.of(half), null));
        assertEquals("adapter.weight", refused.code());
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    private static Findings findings(
            StagedMerge merge, Path base, List<WeightedAdapter> adapters, Path folder, String quantization)
            throws Exception {
        Path merged = merge.write(merge.fused(), folder);
        return StagedJudge.findings(
                merge,
                base,
                Optional.ofNullable(quantization).map(TrainingQuantization::read),
                opened(adapters),
                merged);
    }

    private static List<AdapterFiles> opened(List<WeightedAdapter> adapters) throws IOException {
        List<AdapterFiles> opened = new ArrayList<>();
        for (WeightedAdapter adapter : adapters) {
            FileSet files = Sources.anyFolder().open(adapter.adapter());
            opened.add(new AdapterFiles(adapter.adapter(), "", files, adapter.weight(), MirrorPolicy.REFUSE));
        }
        return opened;
    }

    private static List<Integer> checksums(StagedMerge merge, int threads, int tile) throws Exception {
        return merge.fused(threads, tile).stream()
                .map(shard -> shard.object().crc32c())
                .toList();
    }

    private static PeftCase ofCase(String name) throws Exception {
        return PeftCase.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static WeightedAdapter whole(String adapter) {
        return WeightedAdapter.whole(PeftCase.folder("adapters", adapter)
                .toAbsolutePath()
                .normalize()
                .toUri()
                .toString());
    }
}
