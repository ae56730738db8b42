package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.Optional;

/**
 * How many tokens the merged model has rows for; 0 where the ends of the model are not known.
 *
 * @param resized whether that is another number than the base's
 */
record Vocabulary(long rows, boolean resized) {

    /** RefusedInput {@code adapter.vocabulary} when the two ends would have different numbers of rows. */
    static Vocabulary of(BaseModel base, Changes changes, Tying tying) {
        if (base.ends().isEmpty()) {
            return new Vocabulary(0, false);
        }
        Embeddings ends = base.ends().get();
        long before = base.shapeOf(ends.input()).dim(0);
        long rows = rows(tying.input()).orElse(before);
        boolean separate = tying.addedHead().isPresent() || base.has(ends.output());
        if (separate && changes.task().isEmpty()) {
            long stored = base.has(ends.output()) ? base.shapeOf(ends.output()).dim(0) : before;
            requireEqual(ends, before, rows, stored, rows(tying.output()).orElse(stored));
        }
        return new Vocabulary(rows, rows != before);
    }

    private static Optional<Long> rows(ParameterChange change) {
        return change.replacement().map(TensorRef::shape).map(shape -> shape.dim(0));
    }

    private static void requireEqual(Embeddings ends, long before, long rows, long stored, long outputRows) {
        boolean resized = rows != before || outputRows != stored;
        if (resized && rows != outputRows) {
            throw new RefusedInput(
                    "adapter.vocabulary",
                    "The adapter was trained with another vocabulary: %s would have %d rows and %s %d; expected the same number."
                            .formatted(ends.input(), rows, ends.output(), outputRows),
                    "save the adapter with both ends (PEFT: save_embedding_layers=True)");
        }
    }
}
