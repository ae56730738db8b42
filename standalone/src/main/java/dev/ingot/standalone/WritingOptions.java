package dev.ingot.standalone;

import dev.ingot.arithmetic.Parts;
import dev.ingot.standalone.local.SizeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a checkpoint is written in this process: in files of what size, and by how many processors. */
final class WritingOptions {
    private static final int SMALLEST = 1 << 20;

    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(
            names = "--max-shard-size",
            defaultValue = "5GB",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "The largest file of weights. Default: ${DEFAULT-VALUE}.")
    long maxShardSize;

    @Option(names = "--threads", paramLabel = "N", description = "Processors to use. Default: all.")
    Integer threads;

    long requireShardSize() {
        if (maxShardSize < SMALLEST) {
            throw new ParameterException(
                    spec.commandLine(), "--max-shard-size " + maxShardSize + " is too small: expected 1MiB or more");
        }
        return maxShardSize;
    }

    /** How many; those that share one large decomposition are limited with it. */
    int requireThreads() {
        if (threads == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads " + threads + ": expected 1 or more");
        }
        Parts.limit(threads);
        return threads;
    }
}
