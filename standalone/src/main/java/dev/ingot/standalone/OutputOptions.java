package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import picocli.CommandLine.Option;

/** What the checkpoint is to be like. */
final class OutputOptions {
    @Option(
            names = "--dtype",
            converter = DTypeConverter.class,
            defaultValue = "auto",
            paramLabel = "TYPE",
            description =
                    "auto (each tensor's own; with --quantization-config the one that training loaded with), float16, bfloat16 or"
                            + " float32. Default: ${DEFAULT-VALUE}.")
    OutputDType dtype;

    @Option(
            names = "--tie",
            defaultValue = "auto",
            paramLabel = "POLICY",
            description =
                    "Input and output embeddings that share one matrix: auto (as the unmerged model needs it), keep, untie or"
                            + " refuse. Default: ${DEFAULT-VALUE}.")
    TiePolicy tie;
}
