package dev.ingot.pipeline.signing;

import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Optional;

/** A curve over which models are signed, and the hash that Sigstore's bundles take with it. */
enum Curve {
    P256("P-256", 256, "1.2.840.10045.3.1.7", "SHA256withECDSA"),
    P384("P-384", 384, "1.3.132.0.34", "SHA384withECDSA"),
    P521("P-521", 521, "1.3.132.0.35", "SHA512withECDSA");

    private final String title;
    private final int bits;
    private final String oid;
    private final String algorithm;

    Curve(String title, int bits, String oid, String algorithm) {
        this.title = title;
        this.bits = bits;
        this.oid = oid;
        this.algorithm = algorithm;
    }

    static Optional<Curve> named(String oid) {
        return Arrays.stream(values()).filter(curve -> curve.oid.equals(oid)).findFirst();
    }

    /** The JDK has keys of these three curves only. */
    static Optional<Curve> of(ECPublicKey key) {
        int found = key.getParams().getCurve().getField().getFieldSize();
        return Arrays.stream(values()).filter(curve -> curve.bits == found).findFirst();
    }

    /** As the JDK's Signature knows it. */
    String algorithm() {
        return algorithm;
    }

    @Override
    public String toString() {
        return title;
    }
}
