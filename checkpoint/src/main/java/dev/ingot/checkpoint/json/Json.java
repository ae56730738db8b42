package dev.ingot.checkpoint.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON strictly (no duplicate members, no trailing text, at most {@value #MAX_DEPTH} levels) and writes it as Python's {@code json.dump}
 * with {@code indent=2} does. Python's NaN and Infinity literals are read, because its writers write them.
 */
public final class Json {
    public static final int MAX_DEPTH = 64;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(16 << 20)
                    .maxNameLength(1 << 16)
                    .maxNumberLength(512)
                    .build())
            .build();

    private Json() {}

    /** A parser with the same strictness, for readers that do not want a tree. */
    public static JsonParser parser(byte[] utf8) throws IOException {
        return FACTORY.createParser(utf8);
    }

    /**
     * Parses one document.
     *
     * @param what names the document in a refusal
     * @throws RefusedInput {@code json.malformed}
     */
    public static JsonValue parse(byte[] utf8, String what) {
        try (JsonParser parser = parser(utf8)) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw malformed(what, "it is empty", null);
            }
            JsonValue value = read(parser, token);
            if (parser.nextToken() != null) {
                throw malformed(what, "there is text after its end", null);
            }
            return value;
        } catch (IOException e) {
            throw malformed(what, fault(e), e);
        }
    }

    /** Parses a document that has to be an object; RefusedInput {@code json.malformed} when it is something else. */
    public static JsonObject parseObject(byte[] utf8, String what) {
        if (parse(utf8, what) instanceof JsonObject object) {
            return object;
        }
        throw malformed(what, "expected an object", null);
    }

    /** Two-space indentation, members in order, a newline at the end; non-ASCII as it is. */
    public static String write(JsonValue value) {
        StringBuilder out = new StringBuilder();
        JsonWriter.INDENTED.append(out, value, 0);
        return out.append('\n').toString();
    }

    /** On one line, without spaces. */
    public static String writeCompact(JsonValue value) {
        StringBuilder out = new StringBuilder();
        JsonWriter.COMPACT.append(out, value, 0);
        return out.toString();
    }

    private static JsonValue read(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> readObject(parser);
            case START_ARRAY -> readArray(parser);
            case VALUE_STRING -> new JsonText(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText());
            case VALUE_TRUE -> new JsonBool(true);
            case VALUE_FALSE -> new JsonBool(false);
            case VALUE_NULL -> new JsonNull();
            case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new IOException("unexpected " + token);
        };
    }

    private static JsonObject readObject(JsonParser parser) throws IOException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            members.put(name, read(parser, parser.nextToken()));
        }
        return new JsonObject(members);
    }

    private static JsonArray readArray(JsonParser parser) throws IOException {
        List<JsonValue> values = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            values.add(read(parser, token));
        }
        return new JsonArray(values);
    }

    private static RefusedInput malformed(String what, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = what + " is not valid JSON: " + why + ".";
        String remedy = "save " + what + " again with the tool that made it, or copy it again";
        return cause == null
                ? new RefusedInput("json.malformed", sentence, remedy)
                : new RefusedInput("json.malformed", sentence, remedy, cause);
    }

    /** What a parser found wrong, on one line and without the parser's own settings. */
    public static String fault(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse("").replaceFirst(" \\(start marker at .*", "");
    }
}
