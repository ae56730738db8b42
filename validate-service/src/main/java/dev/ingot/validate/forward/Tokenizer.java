package dev.ingot.validate.forward;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.ingot.checkpoint.RefusedInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/** A checkpoint's own tokenizer.json. */
public final class Tokenizer implements AutoCloseable {
    public static final String FILE = "tokenizer.json";

    private final HuggingFaceTokenizer tokenizer;

    private Tokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Reads the content of a tokenizer.json; RefusedInput {@code tokenizer.malformed} when it is none. */
    public static Tokenizer read(byte[] json, String where) throws IOException {
        Torch.stayOffline();
        try {
            return new Tokenizer(HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false")));
        } catch (RuntimeException e) {
            throw new RefusedInput(
                    "tokenizer.malformed",
                    "%s of %s cannot be read: %s".formatted(FILE, where, e.getMessage()),
                    "save the tokenizer again with transformers",
                    e);
        }
    }

    /** The tokens of a line, with whatever the tokenizer puts around it by itself. */
    public int[] encode(String line) {
        long[] ids = tokenizer.encode(line, true, false).getIds();
        int[] tokens = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            tokens[i] = Math.toIntExact(ids[i]);
        }
        return tokens;
    }

    /** Tokens as text, special ones included. */
    public String decode(int[] tokens) {
        long[] ids = new long[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            ids[i] = tokens[i];
        }
        return tokenizer.decode(ids, false);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
