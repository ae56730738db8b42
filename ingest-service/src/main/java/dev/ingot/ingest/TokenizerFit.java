package dev.ingot.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.Optional;

/** Holds an adapter's tokenizer against the embedding: every token needs a row. */
final class TokenizerFit {
    private static final String FILE = "tokenizer.json";
    private static final int MAX_BYTES = 128 << 20;

    private TokenizerFit() {}

    /** RefusedInput {@code tokenizer.too-large} when tokenizer.json gives a token an id beyond the embedding's rows. */
    static void require(FileSet adapter, long rows) throws IOException {
        Optional<byte[]> text = SmallFiles.readSmall(adapter, FILE, MAX_BYTES);
        if (text.isEmpty() || rows == 0) {
            return;
        }
        long largest = largestAddedId(text.get());
        if (largest >= rows) {
            throw new RefusedInput(
                    "tokenizer.too-large",
                    "The adapter's tokenizer has a token with id %d, but the embedding has %d rows."
                            .formatted(largest, rows),
                    "merge with the base whose vocabulary was resized for training, or remove the tokenizer from the adapter's folder");
        }
    }

    /** Added tokens have the largest ids of a tokenizer; they stand before the vocabulary, so that reading can stop there. */
    private static long largestAddedId(byte[] tokenizer) {
        long largest = -1;
        try (JsonParser parser = Json.parser(tokenizer)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean added = parser.currentName().equals("added_tokens");
                parser.nextToken();
                if (added) {
                    return largestId(parser);
                }
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw new RefusedInput(
                    "tokenizer.malformed",
                    "tokenizer.json of the adapter is not valid JSON.",
                    "save the tokenizer again, or remove it from the adapter's folder",
                    e);
        }
        return largest;
    }

    private static long largestId(JsonParser parser) throws IOException {
        long largest = -1;
        int depth = 1;
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return largest;
            }
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.VALUE_NUMBER_INT && "id".equals(parser.currentName())) {
                largest = Math.max(largest, parser.getLongValue());
            }
        }
        return largest;
    }
}
