package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import java.security.cert.X509Certificate;
import java.util.List;

/** Whom somebody who verifies believes. */
public sealed interface Trust {
    /** One key. */
    record OneKey(VerifyingKey key) implements Trust {}

    /** Whoever has a certificate that leads to one of these that are roots; the others help to find the path. */
    record Roots(List<X509Certificate> certificates) implements Trust {
        public Roots {
            certificates = List.copyOf(certificates);
        }
    }

    /** Certificates of PEM texts, one after the other. */
    static Trust roots(String pem, String what) {
        return new Roots(Certificates.read(pem, what));
    }

    /**
     * The key that a bundle has to be signed with.
     *
     * @throws RefusedInput {@code signature.other-key} where another key signed, {@code signature.other-method} where key and certificates meet,
     *     {@code signature.untrusted}, {@code signature.no-root}
     */
    default VerifyingKey require(Material material, String what) {
        return switch (this) {
            case OneKey trusted ->
                switch (material) {
                    case Material.KeyHint signed -> requireSame(trusted.key(), signed.hint(), what);
                    case Material.Chain _ ->
                        throw otherMethod(what, "certificates", "a key", "pass --certificate-chain with the root");
                };
            case Roots roots ->
                switch (material) {
                    case Material.KeyHint _ ->
                        throw otherMethod(what, "a key", "certificates", "pass --key with the public key");
                    case Material.Chain chain -> Certificates.require(chain.certificates(), roots.certificates(), what);
                };
        };
    }

    private static VerifyingKey requireSame(VerifyingKey key, String hint, String what) {
        if (!hint.isEmpty() && !hint.equals(key.hint())) {
            throw new RefusedInput(
                    "signature.other-key",
                    "%s was signed with the key %s; the one to verify with is %s.".formatted(what, hint, key.hint()),
                    "ask the signer for the right key, and do not use these files before");
        }
        return key;
    }

    private static RefusedInput otherMethod(String what, String found, String expected, String remedy) {
        return new RefusedInput(
                "signature.other-method",
                "%s was signed with %s; it was to be verified with %s.".formatted(what, found, expected),
                remedy);
    }
}
