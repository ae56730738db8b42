package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import java.util.List;
import java.util.Map;

/** What an AlgorithmIdentifier (RFC 5280) says that a key is: one over a curve that signs, or the name of what it is instead. */
final class KeyKind {
    private static final String ON_A_CURVE = "1.2.840.10045.2.1";
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("1.2.840.113549.1.1.1", "an RSA key"),
            Map.entry("1.2.840.113549.1.1.10", "an RSA-PSS key"),
            Map.entry("1.2.840.10040.4.1", "a DSA key"),
            Map.entry("1.3.101.110", "an X25519 key"),
            Map.entry("1.3.101.112", "an Ed25519 key"),
            Map.entry("1.3.101.113", "an Ed448 key"),
            Map.entry("1.2.840.10045.3.1.1", "a key over P-192"),
            Map.entry("1.3.132.0.33", "a key over P-224"),
            Map.entry("1.3.132.0.8", "a key over secp160r1"),
            Map.entry("1.3.132.0.10", "a key over secp256k1"),
            Map.entry("1.3.36.3.3.2.8.1.1.7", "a key over brainpoolP256r1"));

    private KeyKind() {}

    /** The curve of an AlgorithmIdentifier; RefusedInput {@code signing.key-unsuitable} naming what else it is. */
    static Curve curve(Der identifier, String what) {
        List<Der> parts = identifier.children();
        String algorithm = parts.getFirst().oid();
        if (!algorithm.equals(ON_A_CURVE)) {
            throw unsuitable(what, NAMES.getOrDefault(algorithm, "a key of kind " + algorithm));
        }
        if (parts.size() != 2 || parts.get(1).tag() != Der.OID) {
            throw unsuitable(what, "a key over a curve that it does not name");
        }
        return curve(parts.get(1).oid(), what);
    }

    /** The curve of this object identifier. */
    static Curve curve(String oid, String what) {
        return Curve.named(oid)
                .orElseThrow(() -> unsuitable(what, NAMES.getOrDefault(oid, "a key over the curve " + oid)));
    }

    static RefusedInput unsuitable(String what, String found) {
        return new RefusedInput(
                "signing.key-unsuitable",
                "%s is %s; models are signed with ECDSA over P-256, P-384 or P-521.".formatted(what, found),
                "make a key with `openssl ecparam -name prime256v1 -genkey -noout -out key.pem`");
    }
}
