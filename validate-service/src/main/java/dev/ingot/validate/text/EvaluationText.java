package dev.ingot.validate.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A text that models are measured on.
 *
 * @param set {@code general}, {@code domain}
 * @param description for people
 * @param content of the file, which the digest is of
 * @param passages that models read, each on its own
 */
public record EvaluationText(String set, String description, byte[] content, List<String> passages) {
    private static final String BUNDLED = "general.eval.txt";

    public EvaluationText {
        content = content.clone();
        passages = List.copyOf(passages);
    }

    /** Of plain text: UTF-8, a passage per line, without the white space around it, empty ones included. */
    public EvaluationText(String set, String description, byte[] content) {
        this(
                set,
                description,
                content,
                new String(content, StandardCharsets.UTF_8)
                        .lines()
                        .map(String::strip)
                        .toList());
    }

    /** The text that Ingot brings along: verses of the King James Bible, in the public domain. */
    public static EvaluationText general() {
        try (InputStream text = EvaluationText.class.getResourceAsStream(BUNDLED)) {
            if (text == null) {
                throw new IllegalStateException("the resource " + BUNDLED + " is missing");
            }
            return new EvaluationText("general", "King James Bible (bundled)", text.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + BUNDLED + " cannot be read", e);
        }
    }

    /** Lower-case hex of the content. */
    public String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
