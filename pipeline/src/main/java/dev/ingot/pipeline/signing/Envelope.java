package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A signed in-toto statement in a DSSE envelope (secure-systems-lab/dsse, version 1) with one signature. Read strictly, so that no byte of its text can
 * change without being seen.
 *
 * @param payload the statement, byte for byte as it was signed
 * @param signature ECDSA in DER over {@link #signed}
 */
public record Envelope(byte[] payload, byte[] signature) {
    /** What every payload here is. */
    static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    /** The text as an envelope; RefusedInput {@code signature.malformed}. */
    public static Envelope read(byte[] json, String what) {
        return of(parse(json, what), what);
    }

    static Envelope of(JsonObject envelope, String what) {
        requireMembers(envelope, Set.of("payload", "payloadType", "signatures"), what);
        if (!text(envelope, "payloadType", what).equals(PAYLOAD_TYPE)) {
            throw malformed(
                    what, "its payload is '%s', not '%s'".formatted(text(envelope, "payloadType", what), PAYLOAD_TYPE));
        }
        List<JsonValue> signatures =
                envelope.array("signatures").map(JsonArray::values).orElse(List.of());
        if (signatures.size() != 1 || !(signatures.getFirst() instanceof JsonObject signature)) {
            throw malformed(what, "it has " + signatures.size() + " signatures, not one");
        }
        requireMembers(signature, Set.of("sig", "keyid"), what);
        if (signature.has("keyid") && !text(signature, "keyid", what).isEmpty()) {
            throw malformed(what, "its signature names a key, which model signatures do not");
        }
        return new Envelope(base64(text(envelope, "payload", what), what), base64(text(signature, "sig", what), what));
    }

    /** The bytes that a signature is over: type and payload, each with its length (the specification's PAE). */
    static byte[] signed(byte[] payload) {
        byte[] head = "DSSEv1 %d %s %d "
                .formatted(PAYLOAD_TYPE.length(), PAYLOAD_TYPE, payload.length)
                .getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + payload.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(payload, 0, all, head.length, payload.length);
        return all;
    }

    /** The statement; RefusedInput {@code signature.wrong} unless {@code key} signed it. */
    public JsonObject require(VerifyingKey key, String what) {
        if (!key.verifies(signed(payload), signature)) {
            throw new RefusedInput(
                    "signature.wrong",
                    "The signature in " + what + " is not one of this key over what " + what + " says.",
                    "do not use these files; fetch them again, or ask their signer for the right key");
        }
        return parse(payload, "the statement in " + what);
    }

    /** In the order and form in which the reference implementation writes it. */
    JsonObject json() {
        Map<String, JsonValue> signed = new LinkedHashMap<>();
        signed.put("sig", encoded(signature));
        signed.put("keyid", new JsonText(""));
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("payload", encoded(payload));
        members.put("payloadType", new JsonText(PAYLOAD_TYPE));
        members.put("signatures", new JsonArray(List.of(new JsonObject(signed))));
        return new JsonObject(members);
    }

    /** On one line, with a line feed: a file of attestations has one in each line. */
    public byte[] line() {
        return (Json.writeCompact(json()) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static JsonText encoded(byte[] bytes) {
        return new JsonText(Base64.getEncoder().encodeToString(bytes));
    }

    /** Base64 in the one form that its bytes have. */
    static byte[] base64(String text, String what) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
            throw malformed(what, "its base64 ends in bits that stand for nothing");
        } catch (IllegalArgumentException e) {
            throw malformed(what, "its base64 is damaged");
        }
    }

    static JsonObject parse(byte[] json, String what) {
        try {
            return Json.parseObject(json, what);
        } catch (RefusedInput notJson) {
            throw new RefusedInput(
                    "signature.malformed",
                    String.valueOf(notJson.getMessage()),
                    "fetch it again from whoever signed",
                    notJson);
        }
    }

    static void requireMembers(JsonObject object, Set<String> known, String what) {
        for (String member : object.members().keySet()) {
            if (!known.contains(member)) {
                throw malformed(what, "it has a member '" + member + "', which such a file does not have");
            }
        }
    }

    static String text(JsonObject object, String member, String what) {
        return object.text(member).orElseThrow(() -> malformed(what, "it has no text '" + member + "'"));
    }

    static RefusedInput malformed(String what, String why) {
        return new RefusedInput(
                "signature.malformed",
                what + " is no signature that can be checked: " + why + ".",
                "fetch it again from whoever signed");
    }
}
