package dev.ingot.checkpoint.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which members of adapter_config.json count as PEFT's own. */
class KnownMembersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'peft_type': 'LORA', 'r': 4, 'rank_pattern': {'q': 2}}; ''",
                "{'peft_type': 'LORA', 'r': 4, 'rank_patern': {'q': 2}}; rank_patern",
                "{'peft_type': 'LORA', 'tomorrow': false, 'then': {}, 'never': null}; ''",
                "{'peft_type': 'LOHA', 'alpha': 4, 'lora_alpha': 4}; lora_alpha",
                "{'peft_type': 'BONE', 'init_weights': true, 'twist': 1}; twist",
                "{'peft_type': 'TOMORROW', 'twist': 1}; ''",
            })
    void whatTheTypesClassHasNotIsUnknownWhereItSaysSomething(String json, String unknown) {
        List<String> expected = unknown.isEmpty() ? List.of() : List.of(unknown);
        assertEquals(expected, KnownMembers.unknownIn(config(json)));
    }

    @ParameterizedTest
    @EnumSource(AdapterType.class)
    void everyTypeThatIsMergedIsInTheTable(AdapterType type) {
        assertTrue(KnownMembers.of(type.name()).isPresent(), type.name());
    }

    @Test
    void theTableSaysWhosePeftItIs() {
        assertFalse(KnownMembers.peft().isEmpty());
    }

    private static AdapterConfig config(String json) {
        byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return new AdapterConfig(Json.parseObject(text, "test"));
    }
}
