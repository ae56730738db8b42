package dev.ingot.pipeline.request;

import java.util.List;
import java.util.Optional;

/**
 * One of the adapters of a run.
 *
 * @param adapter folder ({@code file:}) or bucket ({@code s3:}) URI
 * @param weight what the delta of the adapter is multiplied with: finite and not 0; negative takes the delta away
 */
public record WeightedAdapter(String adapter, double weight) {
    public WeightedAdapter {
        if (!Double.isFinite(weight) || weight == 0) {
            throw new IllegalArgumentException(
                    "the weight of an adapter is " + weight + "; expected a finite number other than 0");
        }
    }

    /** As it was trained. */
    public static WeightedAdapter whole(String adapter) {
        return new WeightedAdapter(adapter, 1);
    }

    /** The adapter, where there is a single one that counts as it was trained: what every run had before weights. */
    public static Optional<String> alone(List<WeightedAdapter> adapters) {
        return adapters.size() == 1 && adapters.getFirst().weight() == 1
                ? Optional.of(adapters.getFirst().adapter())
                : Optional.empty();
    }

    /** For people: the URI, with the weight before it where that is not 1. */
    public String text() {
        return weight == 1 ? adapter : weightText() + " × " + adapter;
    }

    /** The weight without a fraction of 0. */
    public String weightText() {
        return weight == Math.rint(weight) && Math.abs(weight) < 1e15
                ? Long.toString((long) weight)
                : Double.toString(weight);
    }
}
