package dev.ingot.standalone;

import dev.ingot.standalone.local.SizeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --max-shard-size}: in files of what size a checkpoint is written. */
final class ShardSizeOption {
    private static final int SMALLEST = 1 << 20;

    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(
            names = "--max-shard-size",
            defaultValue = "5GB",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "The largest file of weights. Default: ${DEFAULT-VALUE}.")
    long bytes;

    long require() {
        if (bytes < SMALLEST) {
            throw new ParameterException(
                    spec.commandLine(), "--max-shard-size " + bytes + " is too small: expected 1MiB or more");
        }
        return bytes;
    }
}
