package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.validate.TinyRun.Architecture;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Gates;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.ModuleDelta;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What tools other than Ingot do differently without doing wrong, and what they do wrong most. */
class AnyToolsMergeTest {
    private static final Path FIXTURES = Demo.folder().resolveSibling("checkpoint/src/test/resources/fixtures");

    @TempDir
    Path folder;

    private TinyRun run;
    private ReferenceMerge merge;

    @BeforeEach
    void write() throws IOException {
        use(Architecture.LLAMA);
    }

    private void use(Architecture architecture) throws IOException {
        run = TinyRun.write(folder.resolve(architecture.name()), architecture, DType.BF16);
        merge = ReferenceMerge.of(run.base(), run.adapter());
    }

    /** As transformers 5 has them in memory. */
    @Test
    void expertsInOneTensorAreTheSame() throws Exception {
        use(Architecture.MIXTRAL);
        fuse();
        assertEquals("", closed());
    }

    @Test
    void expertsInOneTensorInTheWrongOrderAreNot() throws Exception {
        use(Architecture.MIXTRAL);
        fuse();
        float[] all =
                merge.tensors.get("model.layers.1.mlp.experts.gate_up_proj").floats();
        float[] first = all.clone();
        int half = all.length / TinyRun.EXPERTS / 2;
        System.arraycopy(first, half, all, 0, half);
        System.arraycopy(first, 0, all, half, half);
        assertEquals("weights", closed());
    }

    private void fuse() {
        for (int layer = 0; layer < 2; layer++) {
            String old = "model.layers." + layer + ".block_sparse_moe.";
            String now = "model.layers." + layer + ".mlp.";
            Tensors.Values up = stacked(layer, "w1", "w3");
            Tensors.Values down = stacked(layer, "w2");
            Tensors.Values router = merge.tensors.get(old + "gate.weight");
            List.copyOf(merge.tensors.all().keySet()).stream()
                    .filter(name -> name.startsWith(old))
                    .forEach(merge.tensors::remove);
            merge.tensors.put(now + "experts.gate_up_proj", up.dtype(), up.shape(), up.floats());
            merge.tensors.put(now + "experts.down_proj", down.dtype(), down.shape(), down.floats());
            merge.tensors.put(now + "gate.weight", router.dtype(), router.shape(), router.floats());
        }
    }

    private Tensors.Values stacked(int layer, String... projections) {
        Shape one = merge.tensors
                .get(Architecture.expert(layer, 0) + projections[0] + ".weight")
                .shape();
        int size = (int) one.elements();
        float[] all = new float[TinyRun.EXPERTS * projections.length * size];
        int at = 0;
        for (int expert = 0; expert < TinyRun.EXPERTS; expert++) {
            for (String projection : projections) {
                float[] values = merge.tensors
                        .get(Architecture.expert(layer, expert) + projection + ".weight")
                        .floats();
                System.arraycopy(values, 0, all, at, size);
                at += size;
            }
        }
        Shape shape = Shape.of(TinyRun.EXPERTS, projections.length * one.dim(0), one.dim(1));
        return new Tensors.Values(DType.BF16, shape, all);
    }

    @Test
    void tiedEndsMayBeStoredTwice() throws Exception {
        use(Architecture.QWEN3_TIED);
        Path plain = folder.resolve("without head");
        Files.createDirectories(plain);
        Tensors adapter = new Tensors();
        try (CheckpointWeights weights = adapterWeights()) {
            for (String name : weights.catalog().tensors().keySet()) {
                if (!name.contains("lm_head")) {
                    Shape shape = weights.shape(name).orElseThrow();
                    float[] values = new float[(int) shape.elements()];
                    weights.floats(name, 0, values, values.length);
                    adapter.put(name, DType.F32, shape, values);
                }
            }
        }
        adapter.write(plain.resolve("adapter_model.safetensors"));
        Files.copy(run.adapter().resolve("adapter_config.json"), plain.resolve("adapter_config.json"));
        run = new TinyRun(run.architecture(), run.base(), plain);
        merge = ReferenceMerge.of(run.base(), plain);
        Tensors.Values shared = merge.tensors.get("model.embed_tokens.weight");
        merge.tensors.put("lm_head.weight", shared.dtype(), shared.shape(), shared.floats());
        assertEquals("", closed());
    }

    private CheckpointWeights adapterWeights() throws IOException {
        FolderFiles files = FolderFiles.of(run.adapter());
        return CheckpointWeights.open(files, TensorCatalog.ofAdapter(files).orElseThrow());
    }

    /** What transformers 5 writes for the same model, with its classes' defaults written out. */
    @Test
    void aConfigOfAnotherReleaseSaysTheSame() throws Exception {
        merge.config = merge.config
                .without(List.of("rope_theta"))
                .with(
                        List.of("rope_parameters"),
                        object(Map.of("rope_theta", number("10000"), "rope_type", new JsonText("default"))))
                .with(List.of("rms_norm_eps"), number("0.00001"))
                .with(List.of("attention_bias"), new JsonBool(false))
                .with(List.of("transformers_version"), new JsonText("5.0.0"))
                .with(List.of("unsloth_version"), new JsonText("2025.1"))
                .with(List.of("pad_token_id"), number("5"));
        assertEquals("", closed());
    }

    @ParameterizedTest
    @CsvSource({
        "rope_parameters, '{\"rope_theta\": 20000.0, \"rope_type\": \"default\"}'",
        "rope_parameters, '{\"rope_type\": \"yarn\", \"factor\": 4.0}'",
        "partial_rotary_factor, 0.5",
        "attention_bias, true",
        "num_key_value_heads, 2",
        "head_dim, 32",
    })
    void aConfigThatMeansSomethingElseDoesNot(String member, String value) throws Exception {
        JsonValue parsed = Json.parse(value.getBytes(StandardCharsets.UTF_8), member);
        merge.config = merge.config.without(List.of("rope_theta")).with(List.of(member), parsed);
        assertEquals("structure", closed());
    }

    private static JsonObject object(Map<String, JsonValue> members) {
        return new JsonObject(members);
    }

    private static JsonNumber number(String text) {
        return new JsonNumber(text);
    }

    @Test
    void buffersMayBeLeftOut() throws Exception {
        try (CheckpointWeights base = CheckpointWeights.ofModel(FolderFiles.of(run.base()))) {
            Tensors more = new Tensors();
            for (String name : base.names()) {
                Shape shape = base.shape(name).orElseThrow();
                float[] values = new float[(int) shape.elements()];
                base.floats(name, 0, values, values.length);
                more.put(name, DType.BF16, shape, values);
            }
            more.put("model.layers.0.self_attn.rotary_emb.inv_freq", DType.F32, Shape.of(8), new float[8]);
            more.write(run.base().resolve("model.safetensors"));
        }
        assertEquals("", closed());
    }

    /** An adapter that a tool cast to the model's dtype: its factors are rounded before they are multiplied. */
    @Test
    void factorsMayBeRoundedFirst() throws Exception {
        Tensors narrow = new Tensors();
        try (CheckpointWeights weights = adapterWeights()) {
            for (String name : weights.catalog().tensors().keySet()) {
                Shape shape = weights.shape(name).orElseThrow();
                float[] values = new float[(int) shape.elements()];
                weights.floats(name, 0, values, values.length);
                for (int i = 0; i < values.length; i++) {
                    values[i] = Rounding.to(DType.BF16, values[i]);
                }
                narrow.put(name, DType.BF16, shape, values);
            }
        }
        Path cast = Files.createDirectories(folder.resolve("cast"));
        narrow.write(cast.resolve("adapter_model.safetensors"));
        Files.copy(run.adapter().resolve("adapter_config.json"), cast.resolve("adapter_config.json"));
        merge = ReferenceMerge.withRoundedDeltas(run.base(), cast);
        assertEquals("", closed());
    }

    @ParameterizedTest
    @CsvSource({"base-nf4, base-fp16", "base-nf4-single, base-bf16-untied"})
    void aMergeOntoTheOriginalOfAPackedBaseIsCalledThat(String packed, String from) throws Exception {
        Path original = FIXTURES.resolve(from);
        Path adapter = FIXTURES.resolve("adapters/lora");
        Path merged = fixture(original, adapter);
        Judged judged = Judged.of(FIXTURES.resolve(packed), adapter, merged);
        assertEquals("base", gate(judged), judged::toString);
        assertTrue(judged.closed().orElseThrow().detail().startsWith("merged onto the 16-bit original"));
        assertEquals("", gate(Judged.of(original, adapter, merged)));
    }

    /** Wrong deltas on the right base are not taken for another base. */
    @ParameterizedTest
    @ValueSource(floats = {0, 0.5f, 2, 8})
    void aWrongScaleOnAPackedBaseIsNot(float factor) throws Exception {
        Path base = FIXTURES.resolve("base-nf4");
        Path adapter = FIXTURES.resolve("adapters/lora");
        ReferenceMerge wrong = ReferenceMerge.of(base, adapter, deltas -> {
            deltas.replaceAll((module, delta) -> new ModuleDelta(
                    delta.source(),
                    delta.left(),
                    delta.leftTransposed(),
                    delta.right(),
                    delta.rightTransposed(),
                    delta.rows(),
                    delta.columns(),
                    delta.rank(),
                    delta.scale() * factor,
                    delta.rounded()));
            return deltas;
        });
        Judged judged = Judged.of(base, adapter, wrong.write(folder.resolve("wrong")));
        assertEquals("weights", gate(judged), judged::toString);
    }

    private Path fixture(Path base, Path adapter) throws IOException {
        return ReferenceMerge.of(base, adapter).write(folder.resolve("onto " + base.getFileName()));
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"a\": 0, \"b\": 1}',           ''",
        "'{\"a\": 0, \"b\": 1, \"c\": 2}', ''",
        "'{\"a\": 1, \"b\": 0}',           structure",
        "'{\"a\": 0}',                     structure",
        "'{\"a\": 0, \"b\": 1, \"c\": 96}', structure",
    })
    void theTokenizerIsTheOneOfTraining(String vocabulary, String gate) throws Exception {
        Files.writeString(run.base().resolve("tokenizer.json"), tokenizer("{\"a\": 0, \"b\": 1}"));
        Path merged = merge.write(folder.resolve("merged"));
        Files.writeString(merged.resolve("tokenizer.json"), tokenizer(vocabulary));
        assertEquals(gate, gate(structure(merged)));
    }

    private Judged structure(Path merged) throws IOException, InterruptedException {
        return Judged.of(
                run.base(),
                run.adapter(),
                merged,
                Plans.complete(run.base(), run.adapter()),
                ValidationLevel.STRUCTURE);
    }

    private static String tokenizer(String vocabulary) {
        return "{\"version\": \"1.0\", \"added_tokens\": [], \"model\": {\"type\": \"BPE\", \"merges\": [], \"vocab\": "
                + vocabulary + "}}";
    }

    /** transformers loads the single file whatever an index says; a second set of weights is a fault by itself. */
    @ParameterizedTest
    @CsvSource({"true, FAILED", "false, PASSED"})
    void ofTwoSetsOfWeightsTheOneThatTransformersLoadsIsJudged(boolean stale, Gate.State weights) throws Exception {
        Path merged = merge.write(folder.resolve("merged"));
        Path single = merged.resolve("model.safetensors");
        Path shard = merged.resolve("model-00001-of-00001.safetensors");
        Set<String> names = TensorCatalog.ofModel(FolderFiles.of(merged)).tensors().keySet();
        Files.copy(stale ? single : run.base().resolve("model.safetensors"), shard);
        if (stale) {
            Files.copy(run.base().resolve("model.safetensors"), single, StandardCopyOption.REPLACE_EXISTING);
        }
        Map<String, JsonValue> map = names.stream()
                .collect(Collectors.toMap(
                        name -> name, name -> new JsonText(shard.getFileName().toString())));
        Files.writeString(
                merged.resolve("model.safetensors.index.json"), Json.write(object(Map.of("weight_map", object(map)))));
        Judged judged = Judged.of(run.base(), run.adapter(), merged);
        assertEquals("structure", gate(judged), judged::toString);
        assertTrue(
                judged.closed().orElseThrow().detail().contains("model.safetensors.index.json leads to other weights"),
                judged::toString);
        Gate ofWeights = judged.gates().stream()
                .filter(each -> each.name().equals("weights"))
                .findFirst()
                .orElseThrow();
        assertEquals(weights, ofWeights.state(), judged::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "pytorch_model.bin.index.json"})
    void weightsThatTorchSaveWroteBesideTheMergedOnesAreAFault(String name) throws Exception {
        Path merged = merge.write(folder.resolve("merged"));
        Files.writeString(
                merged.resolve(name), "{\"weight_map\": {\"lm_head.weight\": \"pytorch_model-00001-of-00001.bin\"}}");
        Judged judged = structure(merged);
        assertEquals("structure", gate(judged), judged::toString);
        assertTrue(judged.closed().orElseThrow().detail().contains(name), judged::toString);
    }

    @Test
    void aConfigThatNamesOtherWeightsIsAFault() throws Exception {
        merge.config = merge.config.with(List.of("transformers_weights"), new JsonText("other.safetensors"));
        Judged judged = structure(merge.write(folder.resolve("merged")));
        assertEquals("structure", gate(judged), judged::toString);
        assertTrue(judged.toString().contains("other.safetensors"), judged::toString);
    }

    @Test
    void figuresOfEveryTensorAreThere() throws Exception {
        Judged judged = Judged.of(run.base(), run.adapter(), merge.write(folder.resolve("merged")));
        assertEquals(
                ModelConfig.read(FolderFiles.of(run.base()))
                                        .integer("num_hidden_layers")
                                        .orElseThrow()
                                * 9
                        + 3,
                judged.findings().weights().size());
        assertTrue(judged.findings().weights().stream().allMatch(check -> check.compared() == check.elements()));
    }

    private String closed() throws IOException, InterruptedException {
        return gate(Judged.of(run.base(), run.adapter(), merge.write(folder.resolve("merged"))));
    }

    private static String gate(Judged judged) {
        GatePolicy structureAlone = GatePolicy.judging().withUnmeasured(true);
        return Gates.closed(judged.gates(), structureAlone).map(Gate::name).orElse("");
    }
}
