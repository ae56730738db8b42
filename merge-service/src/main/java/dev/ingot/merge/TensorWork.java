package dev.ingot.merge;

import dev.ingot.merge.formula.Formula;
import dev.ingot.merge.formula.Rows;
import dev.ingot.pipeline.plan.Assertion.MirrorEqualsBase;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.tile.TileSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One output tensor on its way, with its factors while they are needed. Safe for several threads. */
final class TensorWork {
    private final OutputTensor tensor;
    private final @Nullable MirrorEqualsBase mirror;
    private final List<CopyCheck> copies;
    private final PlainTiles adapter;
    private @Nullable List<Factors> factors;
    private @Nullable Rows formula;

    TensorWork(OutputTensor tensor, @Nullable MirrorEqualsBase mirror, List<CopyCheck> copies, PlainTiles adapter) {
        this.tensor = tensor;
        this.mirror = mirror;
        this.copies = List.copyOf(copies);
        this.adapter = adapter;
    }

    OutputTensor tensor() {
        return tensor;
    }

    @Nullable
    MirrorEqualsBase mirror() {
        return mirror;
    }

    /** Copies of its value that a training checkpoint has. */
    List<CopyCheck> copies() {
        return copies;
    }

    /** Whether its bytes are those of its value. */
    boolean isCopied() {
        return tensor.isUntouched() && tensor.dtype() == tensor.value().dtype();
    }

    /** Whether an operation says more than that a product is added, so that whole rows are computed by {@link #formula}. */
    boolean isFormula() {
        return tensor.operations().stream().anyMatch(Become.class::isInstance);
    }

    /** Elements of a row, as its operations see it. */
    long rowLength() {
        return isFormula() ? Formula.columns(tensor) : tensor.shape().columns();
    }

    /**
     * What it becomes, before the one rounding; made ready by whoever asks first.
     *
     * @param values of the base
     */
    synchronized Rows formula(TileSource values) {
        if (formula == null) {
            formula = Formula.of(tensor, values, adapter);
        }
        return formula;
    }

    /** The factors of its operations, in order; read by whoever asks first. */
    synchronized List<Factors> factors() throws IOException {
        if (factors == null) {
            factors = load();
        }
        return factors;
    }

    /** Lets go of what was read for it, once the last tile is written. */
    synchronized void release() {
        factors = null;
        formula = null;
    }

    private List<Factors> load() throws IOException {
        if (!tensor.isUntouched() && tensor.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    tensor.name() + " has shape " + tensor.shape() + "; a low-rank delta needs a matrix");
        }
        List<Factors> loaded = new ArrayList<>();
        for (Operation operation : tensor.operations()) {
            switch (operation) {
                case AddLowRank add ->
                    loaded.add(Factors.load(
                            add,
                            Math.toIntExact(tensor.shape().dim(0)),
                            Math.toIntExact(tensor.shape().dim(1)),
                            adapter));
                case Become become ->
                    throw new IllegalArgumentException(
                            tensor.name() + " has no factors: it becomes " + become.result());
            }
        }
        return loaded;
    }
}
