package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.MergeBaseChoice.Candidate;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Onto what training saw, domain text has a perplexity of 10 and general text one of 20. */
class MergeBaseRuleTest {
    private static final Candidate TRAINED = candidate("trained", true, 10, 20);

    @ParameterizedTest
    @CsvSource({
        "true, 9.5, 20.1, original",
        "true, 9.5, 20.3, trained",
        "true, 9.995, 19, trained",
        "true, 10.5, 19, trained",
        "false, 9.5, 20, trained"
    })
    void theOriginalIsChosenOnlyWhereItIsPlainlyBetter(
            boolean delivered, double domain, double general, String chosen) {
        MergeBaseChoice choice = MergeBaseRule.choose(TRAINED, candidate("original", delivered, domain, general));

        assertEquals(chosen, choice.chosen());
        assertEquals(2, choice.candidates().size());
    }

    @Test
    void withoutDomainTextGeneralTextDecides() {
        Candidate trained = new Candidate("trained", "b", true, "", List.of(perplexity("general", 20, 100)));
        Candidate original = new Candidate("original", "o", true, "", List.of(perplexity("general", 19, 100)));

        assertEquals("original", MergeBaseRule.choose(trained, original).chosen());
    }

    @Test
    void figuresOfOtherTokensChooseNothing() {
        Candidate other = new Candidate(
                "original", "o", true, "", List.of(perplexity("general", 20, 100), perplexity("domain", 9, 99)));
        Candidate silent = new Candidate("original", "o", true, "", List.of());

        assertEquals("merge-base.not-measured", refused(other).code());
        assertEquals("merge-base.not-measured", refused(silent).code());
    }

    private static RefusedInput refused(Candidate original) {
        return assertThrows(RefusedInput.class, () -> MergeBaseRule.choose(TRAINED, original));
    }

    private static Candidate candidate(String name, boolean delivered, double domain, double general) {
        return new Candidate(
                name,
                "file:/" + name,
                delivered,
                "",
                List.of(perplexity("general", general, 100), perplexity("domain", domain, 100)));
    }

    private static Perplexity perplexity(String set, double merged, long tokens) {
        return new Perplexity(set, set, "aa", tokens, 30, merged, merged);
    }
}
