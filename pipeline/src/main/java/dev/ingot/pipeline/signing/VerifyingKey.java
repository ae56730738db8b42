package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.digest.StreamDigest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;

/** A public key that signatures are held against. */
public final class VerifyingKey {
    private static final String LABEL = "PUBLIC KEY";

    private final ECPublicKey key;
    private final Curve curve;

    private VerifyingKey(ECPublicKey key, Curve curve) {
        this.key = key;
        this.curve = curve;
    }

    /**
     * Reads a PEM text with one public key.
     *
     * @param what names it in refusals
     * @throws RefusedInput {@code signing.not-pem}; {@code signing.key-wrong} for something that is no public key; {@code signing.key-unsuitable} for one of
     *     another kind
     */
    public static VerifyingKey read(String pem, String what) {
        for (Pem block : Pem.read(pem, what)) {
            if (block.label().equals(LABEL)) {
                return ofInfo(block.der(), what);
            }
        }
        throw new RefusedInput(
                "signing.key-wrong",
                "%s holds '%s'; expected '%s'."
                        .formatted(what, Pem.read(pem, what).getFirst().label(), LABEL),
                "write the public half of the key with `openssl pkey -in key.pem -pubout -out key.pub.pem`");
    }

    /** @param info SubjectPublicKeyInfo in DER */
    static VerifyingKey ofInfo(byte[] info, String what) {
        try {
            KeyKind.curve(Der.read(info).children().getFirst(), what);
            return of(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(info)), what);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new RefusedInput(
                    "signing.key-damaged",
                    what + " is no readable public key: " + e.getMessage() + ".",
                    "copy it again from whoever signs",
                    e);
        }
    }

    static VerifyingKey of(PublicKey key, String what) {
        if (key instanceof ECPublicKey onCurve) {
            return new VerifyingKey(
                    onCurve,
                    Curve.of(onCurve).orElseThrow(() -> KeyKind.unsuitable(what, "a key over an unknown curve")));
        }
        throw KeyKind.unsuitable(what, "a key for " + key.getAlgorithm());
    }

    Curve curve() {
        return curve;
    }

    boolean isOf(VerifyingKey other) {
        return key.equals(other.key);
    }

    /** As PEM text, the way OpenSSL writes it. */
    public String pem() {
        return new Pem(LABEL, key.getEncoded()).text();
    }

    /** How bundles name the key: SHA-256 of its PEM text, in lower-case hex. */
    public String hint() {
        return StreamDigest.of(StreamDigest.Algorithm.SHA256)
                .update(pem().getBytes(StandardCharsets.US_ASCII))
                .sha256();
    }

    /** Whether {@code signature}, in DER, is one over {@code content}. */
    boolean verifies(byte[] content, byte[] signature) {
        try {
            Signature check = Signature.getInstance(curve.algorithm());
            check.initVerify(key);
            check.update(content);
            return check.verify(signature);
        } catch (java.security.SignatureException damaged) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + curve.algorithm(), e);
        }
    }
}
