package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM text (RFC 7468).
 *
 * @param label {@code PRIVATE KEY}, {@code CERTIFICATE}, …
 */
record Pem(String label, byte[] der) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*(?:-(?!----)[^-]*)*)-----END \\1-----");
    private static final int LINE = 64;

    /** All blocks of a text; RefusedInput {@code signing.not-pem} when there is none or one is damaged. */
    static List<Pem> read(String text, String what) {
        List<Pem> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(text);
        while (found.find()) {
            if (found.group(2).contains("ENCRYPTED")) {
                throw encrypted(what);
            }
            try {
                String base64 = found.group(2).replaceAll("\\s", "");
                blocks.add(new Pem(found.group(1), Base64.getDecoder().decode(base64)));
            } catch (IllegalArgumentException e) {
                throw notPem(what, "its block '" + found.group(1) + "' is damaged: " + e.getMessage(), e);
            }
        }
        if (blocks.isEmpty()) {
            throw notPem(what, "it has no '-----BEGIN …-----'", null);
        }
        return blocks;
    }

    static RefusedInput encrypted(String what) {
        return new RefusedInput(
                "signing.key-encrypted",
                what + " is a private key under a password; expected one without.",
                "write it without (openssl pkey -in key.pem -out plain.pem), where only the signer can read it");
    }

    private static RefusedInput notPem(String what, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = what + " is no PEM text: " + why + ".";
        String remedy = "name a file that begins with -----BEGIN";
        return cause == null
                ? new RefusedInput("signing.not-pem", sentence, remedy)
                : new RefusedInput("signing.not-pem", sentence, remedy, cause);
    }

    /** As text with lines of 64 characters and a line feed at its end, the way OpenSSL writes it. */
    String text() {
        String body = Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label);
    }
}
