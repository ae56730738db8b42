package dev.ingot.validate.page;

import dev.ingot.pipeline.plan.TyingDecision;
import java.util.List;

/** What became of the shared matrix of input and output embeddings, in a sentence. */
record TyingView(String sentence, String reason, List<String> warnings) {
    static TyingView of(TyingDecision tying) {
        return new TyingView(sentence(tying), tying.reason(), tying.warnings());
    }

    /** The decision without its reason. */
    static String sentence(TyingDecision tying) {
        if (tying.inputEmbedding().isEmpty() && tying.outputEmbedding().isEmpty()) {
            return "Nothing to decide.";
        }
        if (tying.baseTied()) {
            return tying.outputTied()
                    ? "Stayed tied: input and output embeddings share one matrix, as in the base."
                    : "Untied: the base shares one matrix, the merged model has two.";
        }
        return tying.outputTied()
                ? "Tied: the base has two matrices, the merged model shares one."
                : "No change: input and output embeddings were separate and still are.";
    }
}
