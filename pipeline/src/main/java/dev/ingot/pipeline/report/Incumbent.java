package dev.ingot.pipeline.report;

import dev.ingot.pipeline.codec.WhenAbsent;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.List;

/**
 * The version that an alias named when the checkpoint was judged.
 *
 * @param version 0 where no version was looked for
 * @param perplexities on texts with the same digest and as many tokens; of these {@code merged} is the incumbent's
 * @param notCompared why there are none: a sentence's part, or empty
 * @param measuredAgain whether its checkpoint was measured by this run, because its own report had no figure on these tokens
 */
public record Incumbent(
        String model,
        String alias,
        int version,
        List<Perplexity> perplexities,
        String notCompared,
        @WhenAbsent("false") boolean measuredAgain) {
    public Incumbent {
        perplexities = List.copyOf(perplexities);
    }

    /** By its own report. */
    public Incumbent(String model, String alias, int version, List<Perplexity> perplexities, String notCompared) {
        this(model, alias, version, perplexities, notCompared, false);
    }
}
