package dev.ingot.standalone;

import dev.ingot.arithmetic.Parts;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --threads}: by how many processors the work is done. */
final class ThreadsOption {
    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(names = "--threads", paramLabel = "N", description = "Processors to use. Default: all.")
    Integer threads;

    /** How many; those that share one large decomposition are limited with it. */
    int require() {
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
