package dev.ingot.validate.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingot.pipeline.report.WorstToken;
import dev.ingot.validate.text.EvaluationText;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WorstTokensTest {
    private static final List<EvaluationText> TEXTS = List.of(text("general"), text("domain"));
    private static final List<Window> WINDOWS =
            List.of(new Window(0, new int[] {10, 11, 12}), new Window(1, new int[] {20, 21}), new Window(1, new int[] {
                21, 22, 23
            }));

    @Test
    void aTokenIsNamedByItsPlaceInItsSetAndByWhatStandsBeforeIt() {
        TokenScores scores = new TokenScores(5);
        scores.merging()[4] = 0.5;
        scores.merging()[0] = 0.25;
        scores.sameTop()[0] = true;

        List<WorstToken> worst = new WorstTokens(scores, WINDOWS, TEXTS).find(WorstTokensTest::words);

        assertEquals(
                List.of(
                        new WorstToken("domain", 2, "21 22", "23", 0.5, false),
                        new WorstToken("general", 0, "10", "11", 0.25, true)),
                worst);
    }

    @Test
    void aDivergenceThatIsNoNumberIsTheWorst() {
        TokenScores scores = new TokenScores(5);
        scores.merging()[2] = Double.NaN;

        assertEquals(
                "21",
                new WorstTokens(scores, WINDOWS, TEXTS)
                        .find(WorstTokensTest::words)
                        .getFirst()
                        .token());
    }

    @Test
    void whatDivergesNowhereHasNone() {
        assertFalse(new WorstTokens(new TokenScores(5), WINDOWS, TEXTS).any());
    }

    private static String words(int[] tokens) {
        return Arrays.stream(tokens).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }

    private static EvaluationText text(String set) {
        return new EvaluationText(set, set, new byte[0]);
    }
}
