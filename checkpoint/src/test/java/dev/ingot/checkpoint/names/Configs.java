package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.ModelConfig;
import java.nio.charset.StandardCharsets;

/** config.json files in short. */
final class Configs {
    private Configs() {}

    static ModelConfig of(String architecture, String type) {
        return of("{\"architectures\": [\"%s\"], \"model_type\": \"%s\"}".formatted(architecture, type));
    }

    static ModelConfig of(String json) {
        return new ModelConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "config.json"));
    }
}
