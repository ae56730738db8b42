package dev.ingot.standalone;

import dev.ingot.pipeline.signing.PemSetting;
import dev.ingot.pipeline.signing.Trust;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whose signatures count: options, or the environment where there are none. */
final class TrustOptions {
    @Option(
            names = "--key",
            paramLabel = "PEM",
            description = "The signer's public key (INGOT_VERIFY_KEY: a path, or the PEM text).")
    String key;

    @Option(
            names = "--certificate-chain",
            paramLabel = "PEM",
            description =
                    "Certificates to trust, a root among them; may be given several times (INGOT_VERIFY_CERTIFICATE_CHAIN: one).")
    List<String> chain = List.of();

    /** Empty where nobody is named; refusals as those of {@link PemSetting}. */
    Optional<Trust> trust() throws IOException {
        if (key != null || !chain.isEmpty()) {
            return PemSetting.trust(Optional.ofNullable(key), chain);
        }
        return PemSetting.trust(
                variable("INGOT_VERIFY_KEY"),
                variable("INGOT_VERIFY_CERTIFICATE_CHAIN").stream().toList());
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(text -> !text.isBlank());
    }
}
