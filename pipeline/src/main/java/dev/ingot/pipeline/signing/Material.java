package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a bundle says about whose signature it holds; the {@code verificationMaterial} of a Sigstore bundle. */
sealed interface Material {
    /**
     * The key method.
     *
     * @param hint {@link VerifyingKey#hint}; empty in bundles of the reference implementation before 1.0
     */
    record KeyHint(String hint) implements Material {}

    /** The certificate method: the signer's first, then others in any order. */
    record Chain(List<X509Certificate> certificates) implements Material {
        public Chain {
            certificates = List.copyOf(certificates);
        }
    }

    /** RefusedInput {@code signature.malformed}; {@code signature.unsupported} for Sigstore's own methods, which need a transparency log. */
    static Material read(JsonObject material, String what) {
        if (material.has("certificate")) {
            throw new RefusedInput(
                    "signature.unsupported",
                    what + " was signed through Sigstore; a signature with a key or with certificates was expected.",
                    "verify it with the reference implementation (model_signing verify sigstore)");
        }
        Envelope.requireMembers(material, Set.of("publicKey", "x509CertificateChain", "tlogEntries"), what);
        boolean logged = material.has("tlogEntries")
                && !material.array("tlogEntries")
                        .map(entries -> entries.values().isEmpty())
                        .orElse(false);
        boolean both = material.has("publicKey") && material.has("x509CertificateChain");
        if (logged || both) {
            throw Envelope.malformed(what, logged ? "it has entries of a log" : "it names a key and certificates");
        }
        return material.has("publicKey") ? hint(material, what) : chain(material, what);
    }

    private static KeyHint hint(JsonObject material, String what) {
        JsonObject key =
                material.object("publicKey").orElseThrow(() -> Envelope.malformed(what, "its public key is no object"));
        Envelope.requireMembers(key, Set.of("hint", "rawBytes", "keyDetails"), what);
        return new KeyHint(key.has("hint") ? Envelope.text(key, "hint", what) : "");
    }

    private static Chain chain(JsonObject material, String what) {
        JsonObject chain = material.object("x509CertificateChain")
                .orElseThrow(() -> Envelope.malformed(what, "it has neither a key nor certificates"));
        Envelope.requireMembers(chain, Set.of("certificates"), what);
        List<X509Certificate> certificates = new ArrayList<>();
        for (JsonValue value :
                chain.array("certificates").map(JsonArray::values).orElse(List.of())) {
            if (!(value instanceof JsonObject certificate)) {
                throw Envelope.malformed(what, "one of its certificates is no object");
            }
            Envelope.requireMembers(certificate, Set.of("rawBytes"), what);
            certificates.add(
                    Certificates.of(Envelope.base64(Envelope.text(certificate, "rawBytes", what), what), what));
        }
        if (certificates.isEmpty()) {
            throw Envelope.malformed(what, "it has no certificates");
        }
        return new Chain(certificates);
    }

    /** In the order in which the reference implementation writes it. */
    default JsonObject json() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        switch (this) {
            case KeyHint key -> members.put("publicKey", new JsonObject(Map.of("hint", new JsonText(key.hint()))));
            case Chain chain ->
                members.put(
                        "x509CertificateChain",
                        new JsonObject(Map.of(
                                "certificates",
                                new JsonArray(chain.certificates().stream()
                                        .map(Material::json)
                                        .toList()))));
        }
        members.put("tlogEntries", new JsonArray(List.of()));
        return new JsonObject(members);
    }

    private static JsonValue json(X509Certificate certificate) {
        try {
            return new JsonObject(Map.of("rawBytes", Envelope.encoded(certificate.getEncoded())));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }
}
