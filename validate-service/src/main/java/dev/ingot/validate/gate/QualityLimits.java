package dev.ingot.validate.gate;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Limits on how good the adapter is, the team's to set; perplexities are those of the merged model.
 *
 * @param absolute most on domain text
 * @param relative most on domain text, as a multiple of the base's
 * @param regression most on general text, as a multiple of the base's
 * @param alias whose version has to be met on domain text
 * @param incumbent most on domain text, as a multiple of that version's
 * @param remeasured whether that version is measured on this run's text where its own report was made with another
 * @param undecided whether a figure whose interval holds the limit may go out
 */
public record QualityLimits(
        OptionalDouble absolute,
        OptionalDouble relative,
        OptionalDouble regression,
        Optional<String> alias,
        double incumbent,
        boolean remeasured,
        boolean undecided) {
    /** No limit. */
    public static final QualityLimits NONE = new QualityLimits(
            OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty(), 1, true, true);
}
