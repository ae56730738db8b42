package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --quantization-config}: how training quantized a 16-bit base while loading it. */
final class QuantizationConfigOption {
    @Option(
            names = "--quantization-config",
            paramLabel = "FILE|NAME",
            description = {
                "How training quantized a 16-bit base while loading it: its BitsAndBytesConfig as JSON (or a config.json that holds"
                        + " one), or a ready name: nf4, nf4-double, fp4, fp4-double or int8.",
                "Put \"dtype\" (that training loaded with) and \"transformers_version\" beside it where you know them."
            })
    String given;

    boolean isGiven() {
        return given != null;
    }

    /** The config as a request carries it; RefusedInput when it is neither a file nor a ready name, or cannot be read as a config. */
    Optional<String> text() throws IOException {
        if (given == null) {
            return Optional.empty();
        }
        String text = given;
        if (!TrainingQuantization.readyNames().contains(given)) {
            Path file = Path.of(given);
            if (!Files.isRegularFile(file)) {
                throw new RefusedInput(
                        "quantization-config.not-found",
                        "--quantization-config %s: expected a file or a ready name, found %s."
                                .formatted(given, Files.exists(file) ? "a folder" : "nothing"),
                        "check the path, or say one of " + String.join(", ", TrainingQuantization.readyNames()));
            }
            text = Files.readString(file);
        }
        TrainingQuantization.read(text);
        return Optional.of(text);
    }
}
