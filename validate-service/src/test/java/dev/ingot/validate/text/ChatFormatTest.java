package dev.ingot.validate.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.validate.text.ChatFormat.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Conversations as transformers renders them by the templates of the families (conformance/fixtures/chats.py), but for what begins and ends a whole passage. */
class ChatFormatTest {
    private static final Path CHATS = Path.of("src/test/resources/chats.json");

    static Stream<Arguments> families() throws IOException {
        return Json.parseObject(Files.readAllBytes(CHATS), "chats.json").members().entrySet().stream()
                .map(family -> Arguments.of(ChatFormat.valueOf(family.getKey()), family.getValue()));
    }

    @ParameterizedTest
    @MethodSource("families")
    void conversationsAreWrittenAsTheTemplateRendersThem(ChatFormat format, JsonObject family) {
        for (JsonObject each : objects(family, "cases")) {
            List<Turn> turns = objects(each, "messages").stream()
                    .map(message -> new Turn(
                            message.text("role").orElseThrow(),
                            message.text("content").orElseThrow()))
                    .toList();
            assertEquals(passage(family, each.text("rendered").orElseThrow()), format.passage(turns));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void theFormatIsKnownByTokenizerAndTemplate(ChatFormat format, JsonObject family) {
        String tokenizer = family.text("tokenizer").orElseThrow();
        assertEquals(
                format, ChatFormat.of(tokenizer, family.text("template").orElseThrow(), ""));
    }

    @ParameterizedTest
    @CsvSource({
        "LLAMA_2, llama, LLAMA_2",
        "MISTRAL_V1, mistral, MISTRAL_V1",
        "MISTRAL_V1, mixtral, MISTRAL_V1",
        "LLAMA_2, gemma, PLAIN",
        "GEMMA, llama, GEMMA",
        "HARMONY, '', HARMONY"
    })
    void withoutATemplateItIsKnownByTokensAndTheKindOfModel(String tokenizer, String type, ChatFormat format)
            throws IOException {
        JsonObject family = Json.parseObject(Files.readAllBytes(CHATS), "chats.json")
                .object(tokenizer)
                .orElseThrow();
        assertEquals(format, ChatFormat.of(family.text("tokenizer").orElseThrow(), "", type));
    }

    @ParameterizedTest
    @CsvSource({"'{{ messages }}', llama", "'', qwen2"})
    void whatNobodyKnowsHasNamesOfRoles(String template, String type) {
        assertEquals(ChatFormat.PLAIN, ChatFormat.of("{}", template, type));
    }

    private static String passage(JsonObject family, String rendered) {
        String bos = family.text("bos").orElseThrow();
        String eos = family.text("eos").orElseThrow();
        String inside = rendered.startsWith(bos) ? rendered.substring(bos.length()) : rendered;
        String whole = inside.stripTrailing();
        return (whole.endsWith(eos) ? whole.substring(0, whole.length() - eos.length()) : whole).stripTrailing();
    }

    private static List<JsonObject> objects(JsonObject parent, String member) {
        return parent.array(member).map(JsonArray::values).orElseThrow().stream()
                .map(JsonObject.class::cast)
                .toList();
    }
}
