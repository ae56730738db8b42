package dev.ingot.validate.recompute;

import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.weights.ModuleDelta;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.Unmergeable;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Holds every tensor that was written against the trained model's, recomputed by the scalar reference. */
public final class Recomputation {
    /** Elements per tensor that a sample compares. */
    private static final long SAMPLE = 1 << 15;

    private final TrainedModel trained;
    private final WeightSource merged;
    private final boolean mergedTied;
    private final Stretches stretches;
    private final List<TensorCheck> checks = new ArrayList<>();
    private final List<String> left = new ArrayList<>();
    private String why = "";

    /**
     * What was found.
     *
     * @param checks of the tensors that could be recomputed
     * @param left why the others could not, and which they are; empty when there are none
     */
    public record Result(List<TensorCheck> checks, String left) {}

    private Recomputation(TrainedModel trained, WeightSource merged, boolean mergedTied, Stretches stretches) {
        this.trained = trained;
        this.merged = merged;
        this.mergedTied = mergedTied;
        this.stretches = stretches;
    }

    /**
     * Compares all tensors that both sides have in one shape; what is missing or misshapen is a matter of structure.
     *
     * @param mergedTied whether a consumer takes the input embedding for the output too
     * @param all every element; else a sample of every tensor
     */
    public static Result compare(
            TrainedModel trained, WeightSource merged, boolean mergedTied, boolean all, Progress progress)
            throws IOException {
        Stretches stretches = new Stretches(all ? 0 : SAMPLE);
        return new Recomputation(trained, merged, mergedTied, stretches).compare(progress);
    }

    /** The same for these tensors alone; those that cannot be recomputed are left out. */
    public static List<TensorCheck> of(
            List<String> tensors, TrainedModel trained, WeightSource merged, boolean mergedTied, boolean all)
            throws IOException {
        return new Recomputation(trained, merged, mergedTied, new Stretches(all ? 0 : SAMPLE))
                .compare(tensors, Progress.NONE)
                .checks();
    }

    private Result compare(Progress progress) throws IOException {
        return compare(trained.tensors().stream().sorted().toList(), progress);
    }

    private Result compare(List<String> tensors, Progress progress) throws IOException {
        for (String tensor : tensors) {
            String written = writtenFor(tensor);
            if (isComparable(tensor, written)) {
                check(tensor, written);
            }
            progress.at(checks.size() + left.size(), tensors.size(), "tensors", tensor);
        }
        return new Result(List.copyOf(checks), leftAlone());
    }

    private void check(String tensor, String written) throws IOException {
        try {
            checks.add(compare(tensor, written));
        } catch (Unmergeable beyond) {
            why = left.isEmpty() ? beyond.getMessage() : why;
            left.add(tensor);
        }
    }

    private String leftAlone() {
        if (left.isEmpty()) {
            return "";
        }
        String more = left.size() > 1 ? " and %d more".formatted(left.size() - 1) : "";
        return "%s: %s%s".formatted(why, left.getFirst(), more);
    }

    /** What a consumer loads for a tensor of the trained model. */
    private String writtenFor(String tensor) {
        boolean isOutput = tensor.equals(trained.ends().outputTensor());
        return isOutput && mergedTied ? trained.ends().inputTensor() : tensor;
    }

    private boolean isComparable(String tensor, String written) {
        Optional<Shape> expected = trained.weights().shape(tensor);
        return expected.isPresent()
                && expected.equals(merged.shape(written))
                && merged.dtype(written).isMergeable()
                && trained.weights().dtype(tensor).isMergeable();
    }

    private TensorCheck compare(String tensor, String written) throws IOException {
        String module = tensor.endsWith(".weight") ? tensor.substring(0, tensor.length() - ".weight".length()) : "";
        TrainedRows formula = trained.formulas().get(tensor);
        ModuleDelta delta = trained.deltas().get(module);
        int columns = Math.toIntExact(
                Math.max(trained.weights().shape(tensor).orElseThrow().columns(), 1));
        if (formula != null) {
            FormulaDelta added = new FormulaDelta(formula, merged.dtype(written));
            String name = module.isEmpty() ? tensor : module;
            return compare(tensor, written, name, Optional.of(added), formula.columns());
        }
        return delta == null
                ? compare(tensor, written, "", Optional.empty(), columns)
                : compare(tensor, written, module, Optional.of(DeltaRows.open(delta, merged.dtype(written))), columns);
    }

    private TensorCheck compare(String tensor, String written, String module, Optional<Added> added, int columns)
            throws IOException {
        return TensorComparison.compare(trained.weights(), tensor, merged, written, module, added, columns, stretches);
    }
}
