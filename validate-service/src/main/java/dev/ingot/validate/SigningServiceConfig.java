package dev.ingot.validate;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Who signs what is published. Each is the path of a PEM file, or the PEM text itself. Everything under its prefix stands here: what does not is refused at start. */
@ConfigMapping(prefix = "ingot.signing")
public interface SigningServiceConfig {
    /** The private key, over P-256, P-384 or P-521; without it versions are published with a statement that nobody signed. */
    Optional<String> key();

    /** Its certificate, where the certificate method is wanted. */
    Optional<String> certificate();

    /** The certificates that lead from it to a root, the root included. */
    Optional<String> certificateChain();
}
