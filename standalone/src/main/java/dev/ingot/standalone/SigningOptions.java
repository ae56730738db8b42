package dev.ingot.standalone;

import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.pipeline.signing.PemSetting;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Who signs what is delivered: options, or the environment where there are none. */
final class SigningOptions {
    @Option(
            names = "--signing-key",
            paramLabel = "PEM",
            description =
                    "Private key (P-256, P-384 or P-521) to sign the checkpoint with; implies --provenance. With --provenance alone"
                            + " INGOT_SIGNING_KEY counts: a path, or the PEM text.")
    String key;

    @Option(
            names = "--signing-certificate",
            paramLabel = "PEM",
            description = "Certificate of that key, to sign by the certificate method (INGOT_SIGNING_CERTIFICATE).")
    String certificate;

    @Option(
            names = "--signing-chain",
            paramLabel = "PEM",
            description = "Certificates from there to a root, in one file (INGOT_SIGNING_CERTIFICATE_CHAIN).")
    String chain;

    boolean isGiven() {
        return key != null || certificate != null || chain != null;
    }

    /** Empty where no key is set up; refusals as those of {@link PemSetting}. */
    Optional<ModelSigner> signer() throws IOException {
        return PemSetting.signer(
                setting(key, "INGOT_SIGNING_KEY"),
                setting(certificate, "INGOT_SIGNING_CERTIFICATE"),
                setting(chain, "INGOT_SIGNING_CERTIFICATE_CHAIN"));
    }

    private static Optional<String> setting(String option, String variable) {
        return Optional.ofNullable(option == null ? System.getenv(variable) : option)
                .filter(text -> !text.isBlank());
    }
}
