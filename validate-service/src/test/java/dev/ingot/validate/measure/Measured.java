package dev.ingot.validate.measure;

import dev.ingot.validate.text.EvaluationText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Scores whose every figure is known. */
public final class Measured {
    private Measured() {}

    /** Of domain text alone: {@code tokens} tokens with these mean losses, each half a nat above or below them, half of them each, in no order. */
    public static Measurement domain(int tokens, double base, double merged) {
        return domain(tokens, base, merged, 1e-4);
    }

    /** Likewise with {@code merging} as the divergence of every token, and an effect of one nat. */
    public static Measurement domain(int tokens, double base, double merged, double merging) {
        TokenScores scores = new TokenScores(tokens);
        List<Double> spreads = IntStream.range(0, tokens)
                .mapToObj(token -> token % 2 == 0 ? 0.5 : -0.5)
                .collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(spreads, new Random(1));
        for (int token = 0; token < tokens; token++) {
            double spread = spreads.get(token);
            scores.base()[token] = base + spread;
            scores.unmerged()[token] = merged + spread;
            scores.merged()[token] = merged + spread;
            scores.merging()[token] = merging;
            scores.effect()[token] = 1;
            scores.mergedEffect()[token] = 1;
            scores.sameTop()[token] = true;
        }
        return new Measurement(
                scores, List.of(new EvaluationText("domain", "tickets", new byte[] {'a'})), List.of(), List.of());
    }
}
