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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds every tensor that was written against the trained model's, recomputed by the scalar reference: as many tensors at once as there are threads, of each
 * a stretch of some rows. What formulas recompute goes one after the other: some of them need whole matrices.
 */
public final class Recomputation {
    /** Elements per tensor that a sample compares. */
    private static final long SAMPLE = 1 << 15;

    private final TrainedModel trained;
    private final WeightSource merged;
    private final boolean mergedTied;
    private final Stretches stretches;
    private final int threads;
    private final Lock formulas = new ReentrantLock();
    private final AtomicInteger compared = new AtomicInteger();

    /**
     * What was found.
     *
     * @param checks of the tensors that could be recomputed
     * @param left why the others could not, and which they are; empty when there are none
     */
    public record Result(List<TensorCheck> checks, String left) {}

    /**
     * One tensor's comparison.
     *
     * @param check empty where there is nothing to compare with, or no way to recompute it
     * @param why it cannot be recomputed, or empty
     */
    private record Found(String tensor, Optional<TensorCheck> check, String why) {}

    private Recomputation(
            TrainedModel trained, WeightSource merged, boolean mergedTied, Stretches stretches, int threads) {
        this.threads = threads;
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
            TrainedModel trained, WeightSource merged, boolean mergedTied, boolean all, int threads, Progress progress)
            throws IOException {
        Stretches stretches = new Stretches(all ? 0 : SAMPLE);
        return new Recomputation(trained, merged, mergedTied, stretches, threads).compare(progress);
    }

    /** The same on all cores. */
    public static Result compare(
            TrainedModel trained, WeightSource merged, boolean mergedTied, boolean all, Progress progress)
            throws IOException {
        return compare(trained, merged, mergedTied, all, cores(), progress);
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** The same for these tensors alone; those that cannot be recomputed are left out. */
    public static List<TensorCheck> of(
            List<String> tensors, TrainedModel trained, WeightSource merged, boolean mergedTied, boolean all)
            throws IOException {
        return new Recomputation(trained, merged, mergedTied, new Stretches(all ? 0 : SAMPLE), cores())
                .compare(tensors, Progress.NONE)
                .checks();
    }

    private Result compare(Progress progress) throws IOException {
        return compare(trained.tensors().stream().sorted().toList(), progress);
    }

    private Result compare(List<String> tensors, Progress progress) throws IOException {
        List<String> largestFirst = tensors.stream()
                .sorted(Comparator.comparingLong(this::elements).reversed())
                .toList();
        List<Callable<Found>> pieces = new ArrayList<>();
        for (String tensor : largestFirst) {
            pieces.add(() -> {
                Found found = find(tensor);
                progress.at(compared.incrementAndGet(), tensors.size(), "tensors", tensor);
                return found;
            });
        }
        List<Found> found = Abreast.run(threads, pieces).stream()
                .sorted(Comparator.comparing(Found::tensor))
                .toList();
        return new Result(
                found.stream().flatMap(each -> each.check().stream()).toList(), leftAlone(found));
    }

    private long elements(String tensor) {
        return trained.weights().shape(tensor).map(Shape::elements).orElse(0L);
    }

    private Found find(String tensor) throws IOException {
        String written = writtenFor(tensor);
        if (!isComparable(tensor, written)) {
            return new Found(tensor, Optional.empty(), "");
        }
        try {
            return new Found(tensor, Optional.of(compare(tensor, written)), "");
        } catch (Unmergeable beyond) {
            return new Found(tensor, Optional.empty(), beyond.getMessage());
        }
    }

    private static String leftAlone(List<Found> found) {
        List<Found> left = found.stream().filter(each -> !each.why().isEmpty()).toList();
        if (left.isEmpty()) {
            return "";
        }
        String more = left.size() > 1 ? " and %d more".formatted(left.size() - 1) : "";
        return "%s: %s%s".formatted(left.getFirst().why(), left.getFirst().tensor(), more);
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
            return compareFormula(tensor, written, module.isEmpty() ? tensor : module, formula);
        }
        return delta == null
                ? compare(tensor, written, "", Optional.empty(), columns)
                : compare(tensor, written, module, Optional.of(DeltaRows.open(delta, merged.dtype(written))), columns);
    }

    private TensorCheck compareFormula(String tensor, String written, String name, TrainedRows formula)
            throws IOException {
        formulas.lock();
        try {
            FormulaDelta added = new FormulaDelta(formula, merged.dtype(written));
            return compare(tensor, written, name, Optional.of(added), formula.columns());
        } finally {
            formulas.unlock();
        }
    }

    private TensorCheck compare(String tensor, String written, String module, Optional<Added> added, int columns)
            throws IOException {
        return TensorComparison.compare(trained.weights(), tensor, merged, written, module, added, columns, stretches);
    }
}
