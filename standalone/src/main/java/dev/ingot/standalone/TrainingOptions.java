package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --adapter-config} and {@code --mirrors}: what is said of an --adapter that is a training checkpoint. */
final class TrainingOptions {
    @Option(
            names = "--adapter-config",
            paramLabel = "FILE",
            description =
                    "The LoRA config in PEFT's form, for an --adapter that is a training checkpoint. Without it the adapter_config.json"
                            + " in that folder counts, or the one in the folder above.")
    Path config;

    @Option(
            names = "--mirrors",
            defaultValue = "refuse",
            paramLabel = "WHICH",
            description =
                    "Where a training checkpoint's own copies of base tensors differ from the base: refuse, base (merge onto the base) or"
                            + " checkpoint (onto the copies). Default: ${DEFAULT-VALUE}.")
    MirrorPolicy mirrors;

    /** The config as a request carries it; RefusedInput when it is not a file, or no JSON. */
    Optional<String> adapterConfig() throws IOException {
        if (config == null) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(config)) {
            throw new RefusedInput(
                    "adapter-config.not-found",
                    "--adapter-config %s: expected a file, found %s."
                            .formatted(config, Files.exists(config) ? "a folder" : "nothing"),
                    "check the path");
        }
        byte[] text = Files.readAllBytes(config);
        Json.parseObject(text, config.toString());
        return Optional.of(new String(text, StandardCharsets.UTF_8));
    }
}
