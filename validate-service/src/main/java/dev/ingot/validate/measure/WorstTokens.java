package dev.ingot.validate.measure;

import dev.ingot.pipeline.report.WorstToken;
import dev.ingot.validate.text.EvaluationText;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Finds the tokens on which merged and unmerged differ most, and says where they stand. */
public final class WorstTokens {
    private static final int SHOWN = 5;
    private static final int CONTEXT = 12;

    /** Below this, float32 arithmetic in another order is all that there is to see. */
    private static final double NOTHING = 1e-9;

    private final TokenScores scores;
    private final List<Window> windows;
    private final List<EvaluationText> texts;

    /** @param windows in the order in which the scores were made */
    public WorstTokens(TokenScores scores, List<Window> windows, List<EvaluationText> texts) {
        this.scores = scores;
        this.windows = List.copyOf(windows);
        this.texts = List.copyOf(texts);
    }

    /** Whether there is any, so that a tokenizer is worth reading. */
    public boolean any() {
        return !indexes().isEmpty();
    }

    /** Up to five, the worst first. @param decode tokens as text */
    public List<WorstToken> find(Function<int[], String> decode) {
        return indexes().stream().map(index -> token(index, decode)).toList();
    }

    private List<Integer> indexes() {
        return IntStream.range(0, scores.tokens())
                .filter(token -> !(scores.merging()[token] <= NOTHING))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -scores.merging()[token]))
                .limit(SHOWN)
                .toList();
    }

    private WorstToken token(int index, Function<int[], String> decode) {
        int first = 0;
        int at = 0;
        while (index >= first + windows.get(at).predicted()) {
            first += windows.get(at++).predicted();
        }
        Window window = windows.get(at);
        int within = index - first + 1;
        long before = windows.subList(0, at).stream()
                .filter(other -> other.set() == window.set())
                .mapToLong(Window::predicted)
                .sum();
        int[] context = Arrays.copyOfRange(window.tokens(), Math.max(0, within - CONTEXT), within);
        return new WorstToken(
                texts.get(window.set()).set(),
                before + within - 1,
                decode.apply(context),
                decode.apply(new int[] {window.tokens()[within]}),
                scores.merging()[index],
                scores.sameTop()[index]);
    }
}
