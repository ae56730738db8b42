package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaseNamesTest {
    @ParameterizedTest
    @CsvSource({
        "file:///models/Tiny/, true",
        "hf://team-a/tiny@0123456789abcdef0123456789abcdef01234567, true",
        "hf://team-a/other@main#tiny, false",
        "file:///cache/models--team-a--tiny/snapshots/0123456789abcdef/, true",
        "file:///cache/models--tiny/snapshots/0123456789abcdef/, true",
        "file:///cache/models--team-a--other/snapshots/0123456789abcdef/, false",
        "file:///models/tiny@main/, false"
    })
    void the_name_of_a_base_is_that_of_its_repository_or_folder(String location, boolean same) {
        JsonObject json = Json.parseObject(
                "{\"base_model_name_or_path\": \"team-a/tiny\"}".getBytes(StandardCharsets.UTF_8), "test");
        assertEquals(
                same, BaseNames.difference(new AdapterConfig(json), location).isEmpty());
    }
}
