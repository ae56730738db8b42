package dev.ingot.validate.text;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.validate.text.ChatFormat.Turn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Passages of a file with a JSON object per line. Of each, one member counts: the one that was named, or else {@code text}, {@code messages} (a conversation), or
 * {@code prompt} and {@code completion}, which are joined.
 */
final class JsonLines {
    private static final int MAX_LINE = 4 << 20;
    private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    private final String file;
    private final Optional<String> member;
    private final ChatFormat format;

    /** @param file names it in refusals */
    JsonLines(String file, Optional<String> member, ChatFormat format) {
        this.file = file;
        this.member = member;
        this.format = format;
    }

    /** RefusedInput {@code evaluation.malformed} naming the line. */
    List<String> passages(String content) {
        List<String> passages = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) content.lines()::iterator) {
            number++;
            if (!line.isBlank()) {
                passages.add(passage(line, number));
            }
        }
        return passages;
    }

    private String passage(String line, int number) {
        if (line.length() > MAX_LINE) {
            throw refused(number, "has %d characters; expected at most %d".formatted(line.length(), MAX_LINE));
        }
        JsonObject object;
        try {
            object = Json.parseObject(line.getBytes(StandardCharsets.UTF_8), "it");
        } catch (RefusedInput e) {
            throw refused(number, "expected a JSON object: " + e.getMessage());
        }
        if (member.isPresent()) {
            JsonValue value =
                    object.get(member.get()).orElseThrow(() -> missing(object, number, "'" + member.get() + "'"));
            return value(member.get(), value, number);
        }
        for (String name : List.of("text", "messages")) {
            if (object.has(name)) {
                return value(name, object.get(name).orElseThrow(), number);
            }
        }
        if (object.has("prompt") && object.has("completion")) {
            return value("prompt", object.get("prompt").orElseThrow(), number)
                    + value("completion", object.get("completion").orElseThrow(), number);
        }
        throw missing(object, number, "'text', 'messages', or 'prompt' and 'completion'");
    }

    private String value(String name, JsonValue value, int number) {
        return switch (value) {
            case JsonText text -> text.value();
            case JsonArray turns -> format.passage(turns(turns, name, number));
            default -> throw refused(number, "'%s' is neither text nor a list of messages".formatted(name));
        };
    }

    private List<Turn> turns(JsonArray messages, String name, int number) {
        List<Turn> turns = new ArrayList<>();
        for (JsonValue message : messages.values()) {
            if (!(message instanceof JsonObject object)) {
                throw refused(number, "a message of '%s' is no object".formatted(name));
            }
            String role = object.text("role")
                    .filter(ROLES::contains)
                    .orElseThrow(() -> refused(
                            number,
                            "a message of '%s' has no 'role' of %s"
                                    .formatted(name, ROLES.stream().sorted().collect(Collectors.joining(", ")))));
            turns.add(new Turn(
                    role,
                    content(object)
                            .orElseThrow(() -> refused(
                                    number, "a message of '%s' has no 'content' that is text".formatted(name)))));
        }
        if (turns.isEmpty()) {
            throw refused(number, "'%s' has no message".formatted(name));
        }
        return turns;
    }

    /** Text, or a list of parts of which all are text. */
    private static Optional<String> content(JsonObject message) {
        Optional<JsonArray> parts = message.array("content");
        if (parts.isEmpty()) {
            return message.text("content");
        }
        List<Optional<String>> texts = parts.get().values().stream()
                .map(part -> part instanceof JsonObject object ? object.text("text") : Optional.<String>empty())
                .toList();
        return texts.stream().allMatch(Optional::isPresent)
                ? Optional.of(texts.stream().map(Optional::orElseThrow).collect(Collectors.joining()))
                : Optional.empty();
    }

    private RefusedInput missing(JsonObject object, int number, String expected) {
        return refused(
                number,
                "expected %s, found %s"
                        .formatted(expected, String.join(", ", object.members().keySet())));
    }

    private RefusedInput refused(int number, String problem) {
        return new RefusedInput(
                "evaluation.malformed",
                "%s, line %d: %s.".formatted(file, number, problem),
                "give a JSON object per line with text, or name its member with --eval-field (in a request, #name behind the URI)");
    }
}
