package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A Sigstore bundle, version 0.3, as model signatures are kept in: who signed, and the envelope. */
record Bundle(Material material, Envelope envelope) {
    private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private static final String MATERIAL = "verificationMaterial";
    private static final String ENVELOPE = "dsseEnvelope";

    /** RefusedInput {@code signature.malformed}, {@code signature.unsupported}, {@code signing.certificate-damaged}. */
    static Bundle read(byte[] json, String what) {
        JsonObject bundle = Envelope.parse(json, what);
        Envelope.requireMembers(bundle, Set.of("mediaType", MATERIAL, ENVELOPE), what);
        if (!Envelope.text(bundle, "mediaType", what).equals(MEDIA_TYPE)) {
            throw Envelope.malformed(
                    what, "its type is '%s', not '%s'".formatted(Envelope.text(bundle, "mediaType", what), MEDIA_TYPE));
        }
        return new Bundle(
                Material.read(object(bundle, MATERIAL, what), what), Envelope.of(object(bundle, ENVELOPE, what), what));
    }

    private static JsonObject object(JsonObject bundle, String member, String what) {
        return bundle.object(member).orElseThrow(() -> Envelope.malformed(what, "it has no object '" + member + "'"));
    }

    /** As the reference implementation writes it: on one line, without a line feed. */
    byte[] write() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("mediaType", new JsonText(MEDIA_TYPE));
        members.put(MATERIAL, material.json());
        members.put(ENVELOPE, envelope.json());
        return Json.writeCompact(new JsonObject(members)).getBytes(StandardCharsets.UTF_8);
    }
}
