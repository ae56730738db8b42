package dev.ingot.checkpoint.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(strings = {"base-nf4/config.json", "base-fp16/config.json", "jargon-lora/adapter_config.json"})
    void whatTransformersWroteIsWrittenBackToTheLetter(String file) throws Exception {
        String text = Files.readString(Path.of("..", "demo").resolve(file));

        assertEquals(text.strip(), Json.write(parse(text)).strip());
    }

    @Test
    void pythonsLiteralsAreNumbers() {
        JsonObject json = (JsonObject) parse("{\"a\": NaN, \"b\": -Infinity, \"c\": 1e-06}");

        assertEquals(Double.NaN, json.number("a").orElseThrow());
        assertEquals(Double.NEGATIVE_INFINITY, json.number("b").orElseThrow());
        assertEquals("{\"a\":NaN,\"b\":-Infinity,\"c\":1e-06}", Json.writeCompact(json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1,\"a\":2}", "{} {}", "{'a':1}", "[1,]", "nul", "{\"a\":\"\\ud800"})
    void whatIsNotStrictJsonIsRefused(String text) {
        assertEquals(
                "json.malformed",
                assertThrows(RefusedInput.class, () -> parse(text)).code());
    }

    @Test
    void theFaultIsSaidWithoutTheParsersOwnSettings() {
        String sentence =
                assertThrows(RefusedInput.class, () -> parse("{\"a\": 1")).getMessage();

        assertTrue(sentence.contains("Unexpected end-of-input"), sentence);
        assertFalse(sentence.contains("Source"), sentence);
    }

    @Test
    void nestingBeyondTheCapIsRefused() {
        parse("[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH));
        String deeper = "[".repeat(Json.MAX_DEPTH + 1) + "]".repeat(Json.MAX_DEPTH + 1);

        assertThrows(RefusedInput.class, () -> parse(deeper));
    }

    @Test
    void editsKeepTheOrderOfMembers() {
        JsonObject json = (JsonObject) parse("{\"b\":1,\"a\":{\"x\":1},\"c\":3}");

        JsonObject edited = json.with(List.of("a", "y"), JsonNumber.of(2))
                .without(List.of("c"))
                .with(List.of("b"), new JsonBool(true));

        assertEquals("{\"b\":true,\"a\":{\"x\":1,\"y\":2}}", Json.writeCompact(edited));
    }

    private static JsonValue parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8), "test");
    }
}
