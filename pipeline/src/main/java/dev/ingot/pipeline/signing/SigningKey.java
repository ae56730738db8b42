package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/** A private key with its public half. Its text never shows. */
final class SigningKey {
    private static final byte[] PROBE = {1};
    private static final int CURVE_TAG = 0xA0;
    private static final int PUBLIC_TAG = 0xA1;
    private static final Der ON_A_CURVE =
            new Der(Der.OID, new byte[] {0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1});

    private final PrivateKey key;
    private final VerifyingKey verifying;

    private SigningKey(PrivateKey key, VerifyingKey verifying) {
        this.key = key;
        this.verifying = verifying;
    }

    /**
     * Reads a PEM text with one private key, in PKCS #8 or as {@code EC PRIVATE KEY} (RFC 5915).
     *
     * @param what names it in refusals
     * @throws RefusedInput {@code signing.not-pem}, {@code signing.key-encrypted}, {@code signing.key-wrong} (no private key),
     *     {@code signing.key-unsuitable} (of another kind, or weaker than P-256), {@code signing.key-damaged}
     */
    static SigningKey read(String pem, String what) {
        List<Pem> blocks = Pem.read(pem, what);
        try {
            for (Pem block : blocks) {
                switch (block.label()) {
                    case "PRIVATE KEY" -> {
                        List<Der> parts = Der.read(block.der()).children();
                        KeyKind.curve(parts.get(1), what);
                        return of(parts.get(1), Der.read(parts.get(2).content()), what);
                    }
                    case "EC PRIVATE KEY" -> {
                        Der plain = Der.read(block.der());
                        Der named = part(plain, CURVE_TAG, what).children().getFirst();
                        KeyKind.curve(named.oid(), what);
                        return of(Der.sequence(ON_A_CURVE, named), plain, what);
                    }
                    case "ENCRYPTED PRIVATE KEY" -> throw Pem.encrypted(what);
                    case "RSA PRIVATE KEY" -> throw KeyKind.unsuitable(what, "an RSA key");
                    case "DSA PRIVATE KEY" -> throw KeyKind.unsuitable(what, "a DSA key");
                    case "OPENSSH PRIVATE KEY" -> throw KeyKind.unsuitable(what, "a key in OpenSSH's own form");
                    default -> {}
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw damaged(what, String.valueOf(e.getMessage()), e);
        }
        throw new RefusedInput(
                "signing.key-wrong",
                "%s holds '%s'; expected 'PRIVATE KEY'."
                        .formatted(what, blocks.getFirst().label()),
                "name the file with the private half");
    }

    private static SigningKey of(Der algorithm, Der plain, String what) throws GeneralSecurityException {
        Der point = part(plain, PUBLIC_TAG, what).children().getFirst();
        VerifyingKey verifying =
                VerifyingKey.ofInfo(Der.sequence(algorithm, point).encoded(), what);
        byte[] encoded = Der.sequence(Der.zero(), algorithm, new Der(Der.OCTETS, plain.encoded()))
                .encoded();
        PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        SigningKey signing = new SigningKey(key, verifying);
        if (!verifying.verifies(PROBE, signing.sign(PROBE))) {
            throw damaged(what, "its two halves do not belong together", null);
        }
        return signing;
    }

    private static Der part(Der plain, int tag, String what) {
        return plain.children().stream()
                .filter(part -> part.tag() == tag)
                .findFirst()
                .orElseThrow(() -> new RefusedInput(
                        "signing.key-incomplete",
                        what + " has a private key without "
                                + (tag == PUBLIC_TAG ? "its public half" : "the name of its curve") + ".",
                        "write it whole with `openssl pkey -in key.pem -out whole.pem`"));
    }

    private static RefusedInput damaged(String what, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = what + " is no readable private key: " + why + ".";
        String remedy = "make a new one with `openssl ecparam -name prime256v1 -genkey -noout -out key.pem`";
        return cause == null
                ? new RefusedInput("signing.key-damaged", sentence, remedy)
                : new RefusedInput("signing.key-damaged", sentence, remedy, cause);
    }

    VerifyingKey verifying() {
        return verifying;
    }

    /** An ECDSA signature in DER, with the hash of the key's curve. */
    byte[] sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance(verifying.curve().algorithm());
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that signed when it was read does not sign", e);
        }
    }
}
