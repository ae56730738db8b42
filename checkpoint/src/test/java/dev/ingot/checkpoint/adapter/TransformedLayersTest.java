package dev.ingot.checkpoint.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What PEFT 0.21.2's {@code check_target_module_exists} says of these configs and paths. */
class TransformedLayersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '@',
            value = {
                "{\"target_modules\": [\"q_proj\"]} | model.layers.1.self_attn.q_proj | true",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": [0]} | model.layers.0.self_attn.q_proj | true",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": [0]} | model.layers.1.self_attn.q_proj | false",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": 1} | model.layers.1.self_attn.q_proj | true",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": []} | model.layers.1.self_attn.q_proj | true",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": [0]} | model.q_proj | false",
                "{\"target_modules\": [\"w1\"], \"layers_to_transform\": [3]} | model.layers.3.experts.0.w1 | true",
                "{\"target_modules\": [\"w1\"], \"layers_to_transform\": [0]} | model.layers.3.experts.0.w1 | false",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": [0], \"layers_pattern\": \"layers\"} | layers.0.q_proj | true",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": [0], \"layers_pattern\": [\"h\", \"layers\"]} | m.layers.0.q_proj | true",
                "{\"target_modules\": [\"q_proj\"], \"layers_to_transform\": [0], \"layers_pattern\": \"blocks\"} | m.layers.0.q_proj | false",
                "{\"target_modules\": \".*q_proj\", \"layers_to_transform\": [0]} | model.layers.1.self_attn.q_proj | true"
            })
    void asPeftCounts(String config, String module, boolean wrapped) {
        AdapterConfig read = new AdapterConfig(Json.parseObject(config.getBytes(StandardCharsets.UTF_8), "config"));
        assertEquals(wrapped, read.targetModules().contains(module));
    }
}
