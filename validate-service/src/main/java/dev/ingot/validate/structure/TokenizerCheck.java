package dev.ingot.validate.structure;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Holds the tokenizer beside the merged weights against the one of training: the adapter's where it brings one, else the base's. */
public final class TokenizerCheck {
    private static final String FILE = "tokenizer.json";
    private static final int MAX_BYTES = 256 << 20;

    private TokenizerCheck() {}

    /**
     * Faults as sentences; none where one side has no tokenizer.json, for other files say the same in ways that cannot be compared.
     *
     * @param rows of the input embedding; 0 where it has none that is known
     */
    public static List<String> faults(FileSet base, List<FileSet> adapters, FileSet merged, long rows)
            throws IOException {
        Optional<Map<String, Long>> found = read(merged);
        if (found.isEmpty()) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        new TreeMap<>(found.get())
                .entrySet().stream()
                        .filter(token -> rows > 0 && token.getValue() >= rows)
                        .findFirst()
                        .ifPresent(token ->
                                faults.add("tokenizer.json has token '%s' of id %d, but the embedding has %d rows"
                                        .formatted(token.getKey(), token.getValue(), rows)));
        List<FileSet> candidates = new ArrayList<>(adapters);
        candidates.add(base);
        for (FileSet candidate : candidates) {
            Optional<Map<String, Long>> expected = read(candidate);
            if (expected.isPresent()) {
                difference(expected.get(), found.get())
                        .ifPresent(what -> faults.add("tokenizer.json is not the one of training, which %s has: %s"
                                .formatted(adapters.contains(candidate) ? "the adapter" : "the base", what)));
                break;
            }
        }
        return faults;
    }

    private static Optional<String> difference(Map<String, Long> expected, Map<String, Long> found) {
        List<String> other = expected.entrySet().stream()
                .filter(token -> !token.getValue().equals(found.get(token.getKey())))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (other.isEmpty()) {
            return Optional.empty();
        }
        String first = other.getFirst();
        Long id = found.get(first);
        return Optional.of("%d tokens differ, '%s' is %s instead of %d"
                .formatted(other.size(), first, id == null ? "missing" : id.toString(), expected.get(first)));
    }

    /** Ids by token, added ones included. */
    private static Optional<Map<String, Long>> read(FileSet files) throws IOException {
        Optional<byte[]> text = SmallFiles.readSmall(files, FILE, MAX_BYTES);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Long> tokens = new HashMap<>();
        try (JsonParser parser = Json.parser(text.get())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "added_tokens" -> readAdded(parser, tokens);
                    case "model" -> readModel(parser, tokens);
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new RefusedInput(
                    "tokenizer.malformed",
                    "tokenizer.json in %s is not valid JSON: %s.".formatted(files.location(), Json.fault(e)),
                    "save the tokenizer again",
                    e);
        }
        return Optional.of(tokens);
    }

    private static void readAdded(JsonParser parser, Map<String, Long> tokens) throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            long id = -1;
            String content = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "id" -> id = parser.getLongValue();
                    case "content" -> content = parser.getText();
                    default -> parser.skipChildren();
                }
            }
            tokens.put(content, id);
        }
    }

    private static void readModel(JsonParser parser, Map<String, Long> tokens) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (!name.equals("vocab")) {
                parser.skipChildren();
            } else if (value == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String token = parser.currentName();
                    parser.nextToken();
                    tokens.putIfAbsent(token, parser.getLongValue());
                }
            } else {
                readScored(parser, tokens);
            }
        }
    }

    /** Pairs of token and score, in the order of their ids. */
    private static void readScored(JsonParser parser, Map<String, Long> tokens) throws IOException {
        long id = 0;
        while (parser.nextToken() == JsonToken.START_ARRAY) {
            parser.nextToken();
            tokens.putIfAbsent(parser.getText(), id++);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
            }
        }
    }
}
