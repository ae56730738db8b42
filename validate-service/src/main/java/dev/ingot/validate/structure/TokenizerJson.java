package dev.ingot.validate.structure;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import dev.ingot.pipeline.digest.StreamDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What tokenizer.json says of tokens.
 *
 * @param ids by token, added ones included
 * @param merges digest of the pairs that are merged, in their order; empty where it has none
 */
record TokenizerJson(Map<String, Long> ids, String merges) {
    static final String FILE = "tokenizer.json";

    private static final int MAX_BYTES = 256 << 20;

    TokenizerJson {
        ids = Map.copyOf(ids);
    }

    /** Empty where there is no such file. */
    static Optional<TokenizerJson> read(FileSet files) throws IOException {
        Optional<byte[]> text = SmallFiles.readSmall(files, FILE, MAX_BYTES);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Long> tokens = new HashMap<>();
        String merges = "";
        try (JsonParser parser = Json.parser(text.get())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "added_tokens" -> readAdded(parser, tokens);
                    case "model" -> merges = readModel(parser, tokens);
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
        return Optional.of(new TokenizerJson(tokens, merges));
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

    /** Returns the digest of its merges. */
    private static String readModel(JsonParser parser, Map<String, Long> tokens) throws IOException {
        String merges = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("merges") && value == JsonToken.START_ARRAY) {
                merges = readMerges(parser);
            } else if (!name.equals("vocab")) {
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
        return merges;
    }

    /** Pairs as one text with a space between, or as lists of two. */
    private static String readMerges(JsonParser parser) throws IOException {
        StreamDigest digest = StreamDigest.of(StreamDigest.Algorithm.SHA256);
        JsonToken next = parser.nextToken();
        while (next != JsonToken.END_ARRAY) {
            String pair = parser.getText();
            if (next == JsonToken.START_ARRAY) {
                parser.nextToken();
                pair = parser.getText();
                parser.nextToken();
                pair += " " + parser.getText();
                parser.nextToken();
            }
            digest.update((pair + "\n").getBytes(StandardCharsets.UTF_8));
            next = parser.nextToken();
        }
        return digest.sha256();
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
