package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.Assertion.MirrorEqualsBase;
import dev.ingot.pipeline.plan.BaseStatement.Kind;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
    private static final String HEAD = "lm_head.weight";
    private static final String EMBEDDING = "model.embed_tokens.weight";

    @Test
    void thePlanOfTheDemoHasEveryModuleOnceAndStaysTied() throws IOException {
        Plan plan = new Planner().plan(Requests.plain(), TestFolder.demo("base-nf4"), TestFolder.demo("jargon-lora"));

        assertEquals(28, changed(plan).size());
        assertTrue(plan.tying().baseTied() && plan.tying().outputTied());
        assertEquals(Kind.PACKED, plan.base().kind());
        OutputTensor query = output(plan, "model.layers.0.self_attn.q_proj.weight");
        assertEquals(Shape.of(256, 256), query.shape());
        assertEquals(DType.F16, query.dtype());
        assertTrue(
                query.value() instanceof Packed4Bit packed && packed.nested().isPresent() && packed.blocksize() == 64);
        AddLowRank delta = (AddLowRank) query.operations().getFirst();
        assertEquals(2.0f, delta.scale());
        assertEquals(16, delta.rank());
    }

    @Test
    void anAdapterOnBothEndsUntiesAndSaysWhy() throws IOException {
        Plan plan =
                new Planner().plan(Requests.plain(), TestFolder.demo("base-nf4"), TestFolder.demo("jargon-lora-ends"));

        assertFalse(plan.tying().outputTied());
        assertTrue(plan.tying().reason().contains("both ends"));
        assertEquals(HEAD, plan.shards().getLast().tensors().getLast().name());
        assertEquals(1, plan.shards().size(), "the base has one, and all of it fits into one");
        assertEquals(false, config(plan).bool("tie_word_embeddings").orElseThrow());
        assertFalse(config(plan).has("quantization_config"));
        AddLowRank embedding = (AddLowRank) output(plan, EMBEDDING).operations().getFirst();
        assertTrue(embedding.left().transposed() && embedding.right().transposed());
    }

    @ParameterizedTest
    @CsvSource({
        "base-nf4, adapters/lora, true",
        "base-nf4-single, adapters/lora-single, false",
        "base-fp16, adapters/lora-half, true",
        "base-fp16, adapters/rslora, true",
        "base-fp16, adapters/lora-default-names, true",
        "base-bf16-untied, adapters/patterns, false",
        "base-nf4, adapters/ends, false",
        "base-fp16, adapters/ends-without-mirrors, false",
        "base-fp16, adapters/embedding-only, false",
        "base-fp16, adapters/head-only, false",
        "base-bf16-untied, adapters/saved-head, false",
        "base-fp16, adapters/saved-embedding, false",
    })
    void outputsAreExactlyWhatTheMergedModelConsistsOf(String base, String adapter, boolean tied) throws IOException {
        Plan plan = plan(base, adapter);

        Set<String> expected = new TreeSet<>(
                BaseModel.read(TestFolder.fixture(base)).parameters().keySet());
        if (!tied) {
            expected.add(HEAD);
        }
        assertEquals(expected, names(plan));
        assertEquals(!tied, names(plan).contains(HEAD));
        assertEquals(tied, config(plan).bool("tie_word_embeddings").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "base-nf4, adapters/ends",
        "base-bf16-untied, adapters/saved-head",
        "base-fp16, adapters/lora-default-names",
        "base-nf4, adapters/score"
    })
    void everyInputTensorHasExactlyOneLedgerEntry(String base, String adapter) throws IOException {
        Plan plan = plan(base, adapter);

        assertLedger(plan, InputRole.BASE, TensorCatalog.ofModel(TestFolder.fixture(base)));
        assertLedger(
                plan,
                InputRole.ADAPTER,
                TensorCatalog.ofFile(TestFolder.fixture(adapter), "adapter_model.safetensors")
                        .orElseThrow());
    }

    private static void assertLedger(Plan plan, InputRole role, TensorCatalog catalog) {
        List<String> entries = plan.ledger().stream()
                .filter(entry -> entry.role() == role)
                .map(LedgerEntry::tensor)
                .sorted()
                .toList();
        assertEquals(catalog.tensors().keySet().stream().sorted().toList(), entries);
    }

    @Test
    void rankAndAlphaFollowTheFirstPatternThatMatches() throws IOException {
        Plan plan = plan("base-bf16-untied", "adapters/patterns");

        assertEquals(
                8f / 2, delta(plan, "model.layers.0.self_attn.q_proj.weight").scale());
        assertEquals(
                8f / 4, delta(plan, "model.layers.1.self_attn.q_proj.weight").scale());
        assertEquals(
                20f / 4, delta(plan, "model.layers.1.self_attn.k_proj.weight").scale());
        assertEquals(
                8f / 4, delta(plan, "model.layers.0.self_attn.k_proj.weight").scale());
        assertEquals(3f / 6, delta(plan, "model.layers.0.mlp.down_proj.weight").scale());
    }

    @Test
    void rsLoraDividesByTheRootOfTheRank() throws IOException {
        AddLowRank delta = delta(plan("base-fp16", "adapters/rslora"), "model.layers.0.self_attn.q_proj.weight");

        double alpha = dev.ingot.checkpoint.adapter.AdapterConfig.read(TestFolder.fixture("adapters/rslora"))
                .alpha();
        assertEquals((float) (alpha / Math.sqrt(delta.rank())), delta.scale());
    }

    @Test
    void peftsCopiesOfTheEndsBecomeAssertions() throws IOException {
        Plan plan = plan("base-nf4", "adapters/ends");

        Set<String> mirrored = plan.assertions().stream()
                .filter(MirrorEqualsBase.class::isInstance)
                .map(assertion -> ((MirrorEqualsBase) assertion).output())
                .collect(Collectors.toSet());
        assertEquals(Set.of(EMBEDDING, HEAD), mirrored);
    }

    @Test
    void aClassifiersHeadIsAddedAndConfigNamesItsClass() throws IOException {
        Plan plan = plan("base-nf4", "adapters/score");

        assertTrue(names(plan).contains("score.weight"));
        assertFalse(names(plan).contains(HEAD));
        assertEquals(
                List.of("LlamaForSequenceClassification"),
                config(plan).array("architectures").orElseThrow().texts().orElseThrow());
        assertEquals(3, config(plan).object("id2label").orElseThrow().members().size());
    }

    @ParameterizedTest
    @CsvSource({
        "half-a-pair, adapter.half-pair",
        "wrong-width, adapter.shape",
        "wrong-height, adapter.shape",
        "wrong-rank, adapter.rank",
        "ranks-disagree, adapter.shape",
        "zero-size, adapter.zero-size",
        "flat, adapter.rank",
        "unmatched-keys, adapter.unmatched-key",
        "left-over, adapter.unmatched-key",
        "no-tensors, adapter.empty",
        "integers, adapter.dtype",
        "no-file, adapter.no-weights",
        "no-config, adapter.no-config",
        "unknown-type, adapter.unsupported-type",
        "not-mergeable, adapter.unsupported-option",
        "dora-without-magnitude, adapter.half-pair",
        "untargeted, adapter.untargeted",
        "negative-rank, adapter.rank",
    })
    void damagedAdaptersAreRefusedByName(String adapter, String code) {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> plan("base-fp16", "damaged/" + adapter));

        assertEquals(code, refused.code());
        assertFalse(refused.remedy().isBlank());
    }

    @Test
    void namesOfACompiledModelLeadToTheSameOutputs() throws IOException {
        assertEquals(
                plan("base-fp16", "damaged/good").outputs().stream()
                        .filter(tensor -> !tensor.isUntouched())
                        .map(OutputTensor::name)
                        .toList(),
                plan("base-fp16", "damaged/compiled-names").outputs().stream()
                        .filter(tensor -> !tensor.isUntouched())
                        .map(OutputTensor::name)
                        .toList());
    }

    @Test
    void anUnknownQuantizationIsRefusedByItsMethod() {
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> plan("base-unknown-quantization", "damaged/good"));

        assertEquals("quantization.unsupported", refused.code());
    }

    @Test
    void onASixteenBitBaseWithoutDeclarationItIsNotKnownWhatTrainingSaw() throws IOException {
        Plan plan = plan("base-fp16", "damaged/good");

        assertFalse(plan.base().known());
        assertTrue(plan.base().sentence().contains("whether training saw 4 bit is not known"));
        assertTrue(plan.base().sentence().contains("--trained-on"));
        assertTrue(plan.notes().contains(plan.base().sentence()));
    }

    @Test
    void aDeclarationMakesItKnown() throws IOException {
        RunRequest request = Requests.with(
                OutputDType.AUTO, TiePolicy.AUTO, TrainedOn.BASE_AS_STORED, RunRequest.DEFAULT_MAX_SHARD_BYTES);
        Plan plan = new Planner().plan(request, TestFolder.fixture("base-fp16"), TestFolder.fixture("damaged/good"));

        assertTrue(plan.base().known());
    }

    @ParameterizedTest
    @CsvSource({"KEEP", "REFUSE"})
    void aPolicyAgainstUntyingIsRefusedAtIngest(TiePolicy policy) {
        RunRequest request = Requests.with(OutputDType.AUTO, policy, TrainedOn.UNDECLARED, 1 << 30);

        RefusedInput refused = assertThrows(
                RefusedInput.class,
                () -> new Planner()
                        .plan(request, TestFolder.fixture("base-fp16"), TestFolder.fixture("adapters/embedding-only")));
        assertEquals("tie.conflict", refused.code());
    }

    @Test
    void untyingOnRequestWritesAHeadOfTheSameValues() throws IOException {
        RunRequest request = Requests.with(OutputDType.AUTO, TiePolicy.UNTIE, TrainedOn.UNDECLARED, 1 << 30);
        Plan plan = new Planner().plan(request, TestFolder.fixture("base-fp16"), TestFolder.fixture("adapters/rslora"));

        assertEquals(output(plan, EMBEDDING).value(), output(plan, HEAD).value());
        assertEquals(false, config(plan).bool("tie_word_embeddings").orElseThrow());
    }

    @Test
    void theCutOfTheBaseDoesNotDependOnTheAdapter() throws IOException {
        RunRequest request = Requests.with(OutputDType.AUTO, TiePolicy.AUTO, TrainedOn.UNDECLARED, 1 << 20);
        Planner planner = new Planner();
        Plan plain = planner.plan(request, TestFolder.demo("base-nf4"), TestFolder.demo("jargon-lora"));
        Plan ends = planner.plan(request, TestFolder.demo("base-nf4"), TestFolder.demo("jargon-lora-ends"));

        assertTrue(plain.shards().size() > 3);
        List<OutputShard> without = ends.shards().subList(0, ends.shards().size() - 1);
        assertEquals(cut(plain.shards()), cut(without).subList(0, plain.shards().size()));
        assertTrue(plain.shards().stream().filter(s -> s.tensors().size() > 1).allMatch(s -> s.bytes() <= 1 << 20));
    }

    private static List<List<String>> cut(List<OutputShard> shards) {
        return shards.stream()
                .map(shard -> shard.tensors().stream().map(OutputTensor::name).toList())
                .toList();
    }

    @Test
    void anExplicitDTypeConvertsTensorsAndConfig() throws IOException {
        RunRequest request = Requests.with(OutputDType.BFLOAT16, TiePolicy.AUTO, TrainedOn.UNDECLARED, 1 << 30);
        Plan plan = new Planner().plan(request, TestFolder.fixture("base-fp16"), TestFolder.fixture("adapters/rslora"));

        assertTrue(plan.outputs().stream().allMatch(output -> output.dtype() == DType.BF16));
        assertEquals("bfloat16", config(plan).text("dtype").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"saved-head, false", "patterns, true"})
    void aBaseThatStoresBothEndsAndSaysTiedIsWrittenUntiedOnceAnEndChanges(
            String adapter, boolean tied, @TempDir Path folder) throws IOException {
        FileSet base =
                edited("base-bf16-untied", folder, "\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");

        Plan plan = new Planner().plan(Requests.plain(), base, TestFolder.fixture("adapters/" + adapter));

        assertEquals(tied, config(plan).bool("tie_word_embeddings").orElseThrow());
        assertEquals(
                1,
                plan.outputs().stream()
                        .filter(output -> output.name().equals(HEAD))
                        .count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"lora_alpha\": 8, -> \"lora\": 8, -> adapter.config",
                "\"lora_alpha\": 8, -> \"lora_alpha\": \"32\", -> adapter.config",
                "\"r\": 4, -> \"r\": \"4\", -> adapter.config",
                "\"use_rslora\": false -> \"use_rslora\": \"true\" -> adapter.config",
                "\"alpha_pattern\": {} -> \"alpha_pattern\": {\"q_proj\": \"64\"} -> adapter.config",
                "\"rank_pattern\": {} -> \"rank_pattern\": {\"(([a-z_0-9.]+)+)+X\": 4} -> adapter.pattern",
                "\"rank_pattern\": {} -> \"rank_pattern\": {\"(\": 4} -> adapter.pattern",
            })
    void aConfigThatPeftNeverWroteIsRefusedNotGuessed(String change, @TempDir Path folder) throws IOException {
        String[] fromTo = change.split(" -> ");
        FileSet adapter = edited("damaged/good", folder, fromTo[0], fromTo[1]);

        RefusedInput refused = assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThrows(
                        RefusedInput.class,
                        () -> new Planner().plan(Requests.plain(), TestFolder.fixture("base-fp16"), adapter)));
        assertEquals(fromTo[2], refused.code());
    }

    /** A copy of a fixture in which one text of its JSON is another. */
    private static FileSet edited(String fixture, Path into, String from, String to) throws IOException {
        for (FileInfo file : TestFolder.fixture(fixture).list()) {
            Path source =
                    Path.of(URI.create(TestFolder.fixture(fixture).location())).resolve(file.name());
            Path copy = Files.copy(source, into.resolve(file.name()));
            if (file.name().equals("config.json") || file.name().equals("adapter_config.json")) {
                String text = Files.readString(copy);
                assertTrue(text.contains(from), from);
                Files.writeString(copy, text.replace(from, to));
            }
        }
        return FolderFiles.of(into);
    }

    private static Plan plan(String base, String adapter) throws IOException {
        return new Planner().plan(Requests.plain(), TestFolder.fixture(base), TestFolder.fixture(adapter));
    }

    private static JsonObject config(Plan plan) {
        return Json.parseObject(plan.config().getBytes(StandardCharsets.UTF_8), "config");
    }

    private static OutputTensor output(Plan plan, String name) {
        return plan.outputs().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static AddLowRank delta(Plan plan, String name) {
        return (AddLowRank) output(plan, name).operations().getFirst();
    }

    private static List<OutputTensor> changed(Plan plan) {
        return plan.outputs().stream().filter(output -> !output.isUntouched()).toList();
    }

    private static Set<String> names(Plan plan) {
        return plan.outputs().stream().map(OutputTensor::name).collect(Collectors.toCollection(TreeSet::new));
    }
}
