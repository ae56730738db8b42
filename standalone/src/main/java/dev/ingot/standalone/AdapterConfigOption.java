package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --adapter-config}: the LoRA config of a training checkpoint that has none of its own. */
final class AdapterConfigOption {
    @Option(
            names = "--adapter-config",
            paramLabel = "FILE",
            description =
                    "The LoRA config in PEFT's form, for an --adapter that is a training checkpoint. Without it the adapter_config.json"
                            + " in that folder counts, or the one in the folder above, or verl's lora_train_meta.json.")
    Path file;

    /** The config as a request carries it; RefusedInput when it is not a file, or no JSON. */
    Optional<String> text() throws IOException {
        if (file == null) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(file)) {
            throw new RefusedInput(
                    "adapter-config.not-found",
                    "--adapter-config %s: expected a file, found %s."
                            .formatted(file, Files.exists(file) ? "a folder" : "nothing"),
                    "check the path");
        }
        byte[] text = Files.readAllBytes(file);
        Json.parseObject(text, file.toString());
        return Optional.of(new String(text, StandardCharsets.UTF_8));
    }
}
