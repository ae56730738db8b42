package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What adapters do to each tensor, one after the other: a delta where that is all, else a formula. */
final class TrainedSteps {
    private static final String WEIGHT = ".weight";

    private final Map<String, ModuleDelta> deltas = new LinkedHashMap<>();
    private final Map<String, TrainedRows> formulas = new LinkedHashMap<>();

    Map<String, ModuleDelta> deltas() {
        return deltas;
    }

    Map<String, TrainedRows> formulas() {
        return formulas;
    }

    boolean changes(String tensor) {
        return formulas.containsKey(tensor) || deltas.containsKey(moduleOf(tensor));
    }

    /** The values as the adapters so far leave them. */
    WeightSource after(WeightSource before) {
        Map<String, TrainedRows> all = new LinkedHashMap<>(formulas);
        deltas.forEach((module, delta) -> all.put(module + WEIGHT, new DeltaStep(delta)));
        return all.isEmpty() ? before : new TrainedWeights(before, all);
    }

    /** What the next adapter does. */
    void add(Map<String, ModuleDelta> next, Map<String, TrainedRows> nextFormulas) {
        Map<String, List<TrainedRows>> steps = new LinkedHashMap<>();
        next.forEach((module, delta) -> {
            if (changes(module + WEIGHT)) {
                steps.computeIfAbsent(module + WEIGHT, tensor -> new ArrayList<>())
                        .add(new DeltaStep(delta));
            } else {
                deltas.put(module, delta);
            }
        });
        nextFormulas.forEach((tensor, formula) -> {
            if (changes(tensor) && !next.containsKey(moduleOf(tensor)) || steps.containsKey(tensor)) {
                steps.computeIfAbsent(tensor, name -> new ArrayList<>()).add(formula);
            } else {
                formulas.put(tensor, formula);
            }
        });
        steps.forEach(this::append);
    }

    private void append(String tensor, List<TrainedRows> steps) {
        List<TrainedRows> all = new ArrayList<>();
        ModuleDelta delta = deltas.remove(moduleOf(tensor));
        if (delta != null) {
            all.add(new DeltaStep(delta));
        }
        TrainedRows formula = formulas.get(tensor);
        if (formula != null) {
            all.add(formula);
        }
        all.addAll(steps);
        int columns = all.getFirst().columns();
        if (all.stream().anyMatch(step -> step.columns() != columns)) {
            throw new Unmergeable("adapters that see %s as matrices of different width".formatted(tensor));
        }
        formulas.put(tensor, new Sequence(all));
    }

    private static String moduleOf(String tensor) {
        return tensor.endsWith(WEIGHT) ? tensor.substring(0, tensor.length() - WEIGHT.length()) : "";
    }

    /** Several changes of one tensor, each on what the one before left. */
    private record Sequence(List<TrainedRows> steps) implements TrainedRows {
        Sequence {
            steps = List.copyOf(steps);
        }

        @Override
        public int columns() {
            return steps.getFirst().columns();
        }

        @Override
        public void train(long first, int count, float[] values, DType dtype) throws IOException {
            for (TrainedRows step : steps) {
                step.train(first, count, values, dtype);
            }
        }
    }
}
