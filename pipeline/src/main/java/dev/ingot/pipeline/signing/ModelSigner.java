package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Signs files and statements, with a key or with a key that a certificate vouches for. Safe for several threads. */
public final class ModelSigner {
    private final SigningKey key;
    private final Material material;

    private ModelSigner(SigningKey key, Material material) {
        this.key = key;
        this.material = material;
    }

    /** The key method. Refusals as those of the key. */
    public static ModelSigner ofKey(String pem, String what) {
        SigningKey key = SigningKey.read(pem, what);
        return new ModelSigner(key, new Material.KeyHint(key.verifying().hint()));
    }

    /**
     * The certificate method.
     *
     * @param certificate PEM text with the signer's certificate
     * @param chain PEM text with the certificates that lead to a root, in any order
     * @throws RefusedInput {@code signing.certificate-other-key} where the certificate is not the key's; {@code signature.untrusted} and
     *     {@code signature.no-root} where nobody could verify what it signs
     */
    public static ModelSigner ofCertificate(String pem, String certificate, String chain, String what) {
        SigningKey key = SigningKey.read(pem, what);
        List<X509Certificate> all = new ArrayList<>(Certificates.read(certificate, "the signing certificate"));
        List<X509Certificate> others = Certificates.read(chain, "the certificate chain");
        VerifyingKey certified = VerifyingKey.of(all.getFirst().getPublicKey(), "the signing certificate");
        if (!key.verifying().isOf(certified)) {
            throw new RefusedInput(
                    "signing.certificate-other-key",
                    "The signing certificate is for another key than " + what + ".",
                    "name the certificate that was issued for this key");
        }
        others.stream().filter(other -> !all.contains(other)).forEach(all::add);
        Certificates.require(all, others, "the signing certificate");
        return new ModelSigner(key, new Material.Chain(all));
    }

    /** The content of a signature file over these files. */
    public byte[] bundle(SignedFiles files) {
        return new Bundle(material, envelope(files.statement())).write();
    }

    /** An in-toto statement, signed. */
    public Envelope envelope(JsonObject statement) {
        byte[] payload = Json.write(statement).strip().getBytes(StandardCharsets.UTF_8);
        return new Envelope(payload, key.sign(Envelope.signed(payload)));
    }

    /** For people: the key's hint. */
    public String hint() {
        return key.verifying().hint();
    }
}
