package dev.ingot.validate.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FamilyConfigTest {
    @Test
    void whatATextConfigLeavesOutIsItsClassesDefault() {
        JsonObject config = read("{\"model_type\": \"llava\", \"text_config\": {\"vocab_size\": 32064}}");
        assertEquals(32064, FamilyConfig.whole(config, "vocab_size"));
        assertEquals(4096, FamilyConfig.whole(config, "hidden_size"));
    }

    @Test
    void anExplicitNullIsNoDefault() {
        JsonObject config = read("{\"model_type\": \"mistral\", \"sliding_window\": null}");
        assertEquals(Optional.empty(), config.integer("sliding_window"));
    }

    @Test
    void membersGoByTheNamesThatMostClassesUse() {
        JsonObject config = read("{\"model_type\": \"gpt2\", \"n_embd\": 1600}");
        assertEquals(1600, FamilyConfig.whole(config, "hidden_size"));
        assertEquals(12, FamilyConfig.whole(config, "num_attention_heads"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spiral", "paligemma", "gemma3n", "llama4"})
    void aModelThatNobodyDescribedIsNone(String type) {
        ModelConfig config =
                config("{\"model_type\": \"%s\", \"text_config\": {\"model_type\": \"llama\"}}".formatted(type));
        UnknownFamily unknown =
                assertThrows(UnknownFamily.class, () -> RecipeReader.read(config, false, name -> Optional.empty()));
        assertEquals("validate cannot compute the architecture '" + type + "'", unknown.getMessage());
    }

    private static JsonObject read(String json) {
        ModelConfig config = config(json);
        return FamilyConfig.of(config, DecoderFamilies.textType(config));
    }

    private static ModelConfig config(String json) {
        return new ModelConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "config.json"));
    }
}
