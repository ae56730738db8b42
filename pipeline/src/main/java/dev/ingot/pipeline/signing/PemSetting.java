package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Keys and certificates as settings name them: each is the path of a PEM file, or the PEM text itself. Messages never show the text. */
public final class PemSetting {
    private static final String BEGIN = "-----BEGIN ";
    private static final long LARGEST = 1 << 20;

    private PemSetting() {}

    /**
     * Who signs; empty without a key.
     *
     * @param certificate of the key, for the certificate method; with {@code chain}
     * @param chain certificates that lead to a root
     * @throws RefusedInput {@code signing.setting} for a combination that is none or a file that is not there; as {@link ModelSigner} refuses
     */
    public static Optional<ModelSigner> signer(
            Optional<String> key, Optional<String> certificate, Optional<String> chain) throws IOException {
        if (key.isEmpty() && (certificate.isPresent() || chain.isPresent())) {
            throw refused("a signing certificate is set, and no signing key", "set the key as well");
        }
        if (certificate.isPresent() != chain.isPresent()) {
            throw refused(
                    "of signing certificate and certificate chain only one is set",
                    "set both, or none to sign with the key alone");
        }
        if (key.isEmpty()) {
            return Optional.empty();
        }
        String pem = text(key.get(), "the signing key");
        return Optional.of(
                certificate.isEmpty()
                        ? ModelSigner.ofKey(pem, "The signing key")
                        : ModelSigner.ofCertificate(
                                pem,
                                text(certificate.get(), "the signing certificate"),
                                text(chain.orElseThrow(), "the certificate chain"),
                                "The signing key"));
    }

    /** Whom to believe; empty without a key and certificates. RefusedInput {@code signing.setting} for both, or for a file that is not there. */
    public static Optional<Trust> trust(Optional<String> key, List<String> chain) throws IOException {
        if (key.isPresent() && !chain.isEmpty()) {
            throw refused("a key and certificates to verify with are both set", "name the one that the signer used");
        }
        if (key.isPresent()) {
            String pem = text(key.get(), "the key to verify with");
            return Optional.of(new Trust.OneKey(VerifyingKey.read(pem, "The key to verify with")));
        }
        if (chain.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder all = new StringBuilder();
        for (String file : chain) {
            all.append(text(file, "the certificate chain")).append('\n');
        }
        return Optional.of(Trust.roots(all.toString(), "The certificate chain"));
    }

    private static String text(String setting, String what) throws IOException {
        if (setting.stripLeading().startsWith(BEGIN)) {
            return setting;
        }
        Path file = path(setting, what);
        if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
            throw refused(
                    "%s, %s, is %s"
                            .formatted(what, setting, Files.exists(file) ? "no file of some kilobytes" : "not there"),
                    "name a PEM file, or set its text");
        }
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    private static Path path(String setting, String what) {
        try {
            return Path.of(setting);
        } catch (InvalidPathException e) {
            throw refused(what + " is neither a path nor PEM text", "name a PEM file, or set its text");
        }
    }

    private static RefusedInput refused(String why, String remedy) {
        return new RefusedInput("signing.setting", "Signing is not set up: " + why + ".", remedy);
    }
}
