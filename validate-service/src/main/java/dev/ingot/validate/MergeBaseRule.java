package dev.ingot.validate;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.MergeBaseChoice.Candidate;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.List;
import java.util.Optional;

/** Which of two merges counts: the one onto what training saw, unless the other is plainly better. */
public final class MergeBaseRule {
    /** Less is no difference. */
    private static final double GAIN = 0.001;

    /** What a gain on domain text may cost on general text. */
    private static final double COST = 0.01;

    private static final String RULE =
            "The merge onto what training saw, unless the other passes every gate and has a perplexity that is more than 0.1 % lower on domain text"
                    + " (general, where there is no other) and at most 1 % higher on general text.";

    private MergeBaseRule() {}

    /** RefusedInput {@code merge-base.not-measured} where neither can be told from the other. @param trained onto what training saw */
    public static MergeBaseChoice choose(Candidate trained, Candidate original) {
        List<Candidate> both = List.of(trained, original);
        String set = perplexity(trained, "domain").isPresent() ? "domain" : "general";
        Perplexity one = require(trained, set);
        Perplexity other = require(original, set);
        if (one.tokens() != other.tokens() || !one.sha256().equals(other.sha256())) {
            throw notMeasured("the two were measured on different tokens");
        }
        String figures = "%s text: %s onto what training saw, %s onto the original"
                .formatted(set, NumberText.perplexity(one.merged()), NumberText.perplexity(other.merged()));
        if (!original.delivered()) {
            return new MergeBaseChoice(
                    trained.name(), RULE, "The merge onto the original passes not every gate; " + figures + ".", both);
        }
        boolean lower = other.merged() < one.merged() * (1 - GAIN);
        double cost = require(original, "general").merged()
                        / require(trained, "general").merged()
                - 1;
        boolean chosen = lower && cost <= COST;
        String reason =
                figures + (lower && !chosen ? ", but %s more on general text".formatted(NumberText.percent(cost)) : "");
        return new MergeBaseChoice(chosen ? original.name() : trained.name(), RULE, reason + ".", both);
    }

    private static Perplexity require(Candidate candidate, String set) {
        return perplexity(candidate, set)
                .filter(found -> Double.isFinite(found.merged()))
                .orElseThrow(
                        () -> notMeasured("of the merge onto '%s', no %s text was".formatted(candidate.name(), set)));
    }

    private static Optional<Perplexity> perplexity(Candidate candidate, String set) {
        return candidate.perplexities().stream()
                .filter(each -> each.set().equals(set))
                .findFirst();
    }

    private static RefusedInput notMeasured(String why) {
        return new RefusedInput(
                "merge-base.not-measured",
                "The merge base cannot be chosen by measurement: %s measured."
                        .formatted(why)
                        .replace("tokens measured", "tokens"),
                "say --merge-base trained or original");
    }
}
