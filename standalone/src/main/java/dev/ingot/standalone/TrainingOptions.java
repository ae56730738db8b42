package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is said of an --adapter that is a training checkpoint. */
final class TrainingOptions {
    @Mixin
    AdapterConfigOption adapterConfig;

    @Option(
            names = "--mirrors",
            defaultValue = "refuse",
            paramLabel = "WHICH",
            description =
                    "Where a training checkpoint's own copies of base tensors differ from the base: refuse, base (merge onto the base) or"
                            + " checkpoint (onto the copies; packed 4-bit ones too, where their scales stand beside them, as in DeepSpeed's rank"
                            + " files: no word of the quantization is needed then). Default: ${DEFAULT-VALUE}.")
    MirrorPolicy mirrors;
}
