package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What training saw of its base. */
final class SeenOptions {
    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(
            names = "--trained-on",
            paramLabel = "WHAT",
            description =
                    "What training saw of the base: stored (as it stands), or quantized (while loading, by --quantization-config)."
                            + " Without it the files decide, and the verdict says so where they cannot; a registry wants it said.")
    Seen trainedOn;

    @Mixin
    QuantizationConfigOption quantizationConfig;

    Optional<String> quantization() throws IOException {
        return quantizationConfig.text();
    }

    TrainedOn seen() {
        if (quantizationConfig.isGiven() && trainedOn == Seen.STORED) {
            throw new ParameterException(
                    spec.commandLine(), "--trained-on stored contradicts --quantization-config: leave one of them out");
        }
        if (quantizationConfig.isGiven() || trainedOn == Seen.QUANTIZED) {
            return TrainedOn.QUANTIZED_WHILE_LOADING;
        }
        return trainedOn == Seen.STORED ? TrainedOn.BASE_AS_STORED : TrainedOn.UNDECLARED;
    }

    /** For those who do not guess: ParameterException where it is not said, or only half. */
    void requireSaid() {
        if (trainedOn == null && !quantizationConfig.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--trained-on is missing: say stored if training used the base as it stands, a 4-bit checkpoint included;"
                            + " or --quantization-config if it quantized the base while loading");
        }
        if (!quantizationConfig.isGiven() && trainedOn == Seen.QUANTIZED) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--trained-on quantized does not say how: give --quantization-config FILE, training's BitsAndBytesConfig, or a ready name");
        }
    }

    /** What training saw, in the words of the command line. */
    enum Seen {
        STORED,
        QUANTIZED
    }
}
