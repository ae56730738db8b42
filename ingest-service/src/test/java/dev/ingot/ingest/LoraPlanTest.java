package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options of LoRA: what the plan makes of them, and which combinations are refused. */
class LoraPlanTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures");
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    @TempDir
    Path adapter;

    private Path base = FIXTURES;

    @BeforeEach
    void onTheBaseOfMostAdapters() {
        on("llama-float32");
    }

    @ParameterizedTest
    @CsvSource({
        "pissa_niter_4, randomly approximated",
        "corda, data which is not in the adapter",
        "lora_ga, gradients",
        "loftq, in rounds",
        "novelty, not known"
    })
    void anInitializationWhoseResidualCannotBeComputedIsRefusedWithTheReason(String initialization, String reason)
            throws IOException {
        take("lora-pissa");
        config("\"pissa\"", "\"" + initialization + "\"");

        RefusedInput refused = refused();
        assertEquals("adapter.unsupported-option", refused.code());
        assertTrue(refused.getMessage().contains(reason), refused::getMessage);
    }

    @ParameterizedTest
    @CsvSource({"pissa", "olora"})
    void aResidualOfQuantizedWeightsIsRefused(String initialization) throws IOException {
        copy(FIXTURES.resolve("adapters/lora"));
        base = FIXTURES.resolve("base-nf4");
        config("\"init_lora_weights\": true", "\"init_lora_weights\": \"" + initialization + "\"");

        assertEquals("adapter.unsupported-option", refused().code());
    }

    @Test
    void aBiasOfLoraOnALayerWithoutBiasIsRefused() throws IOException {
        take("lora-b-bias");

        assertEquals("adapter.no-bias", refused().code());
    }

    @Test
    void magnitudesWithoutDoraInTheConfigAreRefused() throws IOException {
        take("lora-dora");
        config("\"use_dora\": true", "\"use_dora\": false");

        assertEquals("adapter.half-pair", refused().code());
    }

    @ParameterizedTest
    @CsvSource({"48, 4800, adapter.config", "'48', '48, 5', adapter.shape"})
    void tokensThatDoNotFitTheirRowsAreRefused(String found, String instead, String code) throws IOException {
        take("tokens-list");
        config(found, instead);

        assertEquals(code, refused().code());
    }

    @Test
    void aResizedVocabularyIsWrittenWithItsSize() throws IOException {
        take("resized");
        on("llama-bfloat16");

        Plan plan = plan();

        assertEquals(57, output(plan, "lm_head.weight").shape().dim(0));
        assertEquals(57, output(plan, "model.embed_tokens.weight").shape().dim(0));
        assertEquals(57, merged(plan).integer("vocab_size").orElseThrow());
    }

    @Test
    void aResizedVocabularyOfALanguagePartIsWrittenThere() throws IOException {
        take("resized-text-config");
        on("qwen3-vl-bfloat16");

        JsonObject text = merged(plan()).object("text_config").orElseThrow();

        assertEquals(57, text.integer("vocab_size").orElseThrow());
        assertTrue(text.bool("tie_word_embeddings").orElse(true));
    }

    @Test
    void oneEndResizedAloneIsRefused() throws IOException {
        take("resized");
        on("llama-bfloat16");
        rename("model.lm_head.weight", "model.lm_head.original_module.weight");

        assertEquals("adapter.vocabulary", refused().code());
    }

    @Test
    void twoCopiesOfAModuleThatDifferAreRefused() throws IOException {
        take("resized-saved");
        rename("model.lm_head.original_module.weight", "model.lm_head.modules_to_save.other.weight");

        assertEquals("adapter.duplicate-key", refused().code());
    }

    @Test
    void replicatedLayersAreCopiesWithDeltasOfTheirOwn() throws IOException {
        take("lora-layer-replication");

        Plan plan = plan();

        assertEquals(3, merged(plan).integer("num_hidden_layers").orElseThrow());
        OutputTensor first = output(plan, "model.layers.0.self_attn.q_proj.weight");
        OutputTensor copy = output(plan, "model.layers.2.self_attn.q_proj.weight");
        assertEquals(first.value(), copy.value());
        assertFalse(first.operations().equals(copy.operations()));
        assertTrue(output(plan, "model.layers.2.self_attn.k_proj.weight").isUntouched());
    }

    @Test
    void layersThatTheBaseHasNotCannotBeReplicated() throws IOException {
        take("lora-layer-replication");
        on("tied-float32");

        assertEquals("adapter.config", refused().code());
    }

    private void take(String name) throws IOException {
        copy(FIXTURES.resolve("peft/adapters").resolve(name));
    }

    private void copy(Path from) throws IOException {
        for (String file : new String[] {CONFIG, WEIGHTS}) {
            Files.copy(from.resolve(file), adapter.resolve(file));
        }
    }

    private void on(String name) {
        base = FIXTURES.resolve("peft/bases").resolve(name);
    }

    private void config(String found, String instead) throws IOException {
        String text = Files.readString(adapter.resolve(CONFIG));
        assertTrue(text.contains(found), text);
        Files.writeString(adapter.resolve(CONFIG), text.replace(found, instead));
    }

    /** Gives a tensor another name, which changes the length of the header. */
    private void rename(String found, String instead) throws IOException {
        byte[] file = Files.readAllBytes(adapter.resolve(WEIGHTS));
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(bytes.getLong());
        String header = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
        assertTrue(header.contains(found), header);
        byte[] changed = header.replace(found, instead).getBytes(StandardCharsets.UTF_8);
        byte[] data = Arrays.copyOfRange(file, Long.BYTES + length, file.length);
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES + changed.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(changed.length)
                .put(changed)
                .put(data);
        Files.write(adapter.resolve(WEIGHTS), all.array());
    }

    private Plan plan() throws IOException {
        return new Planner().plan(Requests.plain(), FolderFiles.of(base), FolderFiles.of(adapter));
    }

    private RefusedInput refused() {
        RefusedInput refused = assertThrows(RefusedInput.class, this::plan);
        assertFalse(refused.remedy().isBlank());
        return refused;
    }

    private static JsonObject merged(Plan plan) {
        return Json.parseObject(plan.config().getBytes(StandardCharsets.UTF_8), "config.json of the plan");
    }

    private static OutputTensor output(Plan plan, String name) {
        return plan.outputs().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
