package dev.ingot.pipeline.report;

import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.List;

/**
 * Which base an adapter was merged onto, by measurement ({@code mergeBase: measured}).
 *
 * @param chosen the name of a candidate
 * @param rule by which it was chosen: a sentence
 * @param reason what the rule found: a sentence
 * @param candidates in the order in which they were measured
 */
public record MergeBaseChoice(String chosen, String rule, String reason, List<Candidate> candidates) {
    public MergeBaseChoice {
        candidates = List.copyOf(candidates);
    }

    /** Whether the merge onto the 16-bit original counts, and not the one onto what training saw. */
    public boolean isOriginal() {
        return chosen.equals("original");
    }

    /**
     * One form of the base.
     *
     * @param name {@code trained} or {@code original}
     * @param base its location
     * @param delivered whether the gates would let its merge out
     * @param verdict the sentence of its own report
     * @param perplexities of its merge: {@code unmerged} is what training saw, {@code merged} this merge
     */
    public record Candidate(
            String name, String base, boolean delivered, String verdict, List<Perplexity> perplexities) {
        public Candidate {
            perplexities = List.copyOf(perplexities);
        }
    }
}
