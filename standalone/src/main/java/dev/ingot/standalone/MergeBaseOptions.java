package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.MergeBase;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which form of its base an adapter is merged onto. */
final class MergeBaseOptions {
    @Option(
            names = "--merge-base",
            defaultValue = "trained",
            paramLabel = "WHICH",
            description =
                    "What the adapter is merged onto: trained (what training saw), original (the 16-bit tensors, although"
                            + " training saw them quantized) or measured (both are merged and measured, and the better one counts; the"
                            + " report has both). Default: ${DEFAULT-VALUE}.")
    MergeBase mergeBase;

    @Option(
            names = "--original-base",
            paramLabel = "WHERE",
            description = "For --merge-base measured: the 16-bit original of a base that is quantized in its file.")
    String originalBase;

    Optional<String> original() {
        return Optional.ofNullable(originalBase);
    }
}
