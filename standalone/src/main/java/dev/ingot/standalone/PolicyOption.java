package dev.ingot.standalone;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A team's limits. */
final class PolicyOption {
    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description =
                    "Limits to hold the result against, as YAML; `ingot policy` prints the defaults with what each means.")
    Path file;

    Optional<Path> asked() {
        return Optional.ofNullable(file);
    }
}
