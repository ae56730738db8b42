package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What one batch of one side carries from block to block beside its stream. Belongs to {@code manager}; one thread at a time. */
final class Carried {
    private final NDManager manager;
    private final Map<String, Kept> kept = new HashMap<>();
    private Optional<NDArray> embedded = Optional.empty();
    private Optional<Mixture> mixture = Optional.empty();
    private float[] layerInput = {};

    /** Keys and values of a layer, windows x heads x positions x width each. */
    record Kept(NDArray key, NDArray value) {}

    Carried(NDManager manager) {
        this.manager = manager;
    }

    /** For layers that look for the keys of a layer below. */
    void keep(String name, Kept keys) {
        keys.key().attach(manager);
        keys.value().attach(manager);
        Kept before = kept.put(name, keys);
        if (before != null) {
            before.key().close();
            before.value().close();
        }
    }

    Kept kept(String name) {
        return Optional.ofNullable(kept.get(name))
                .orElseThrow(() -> new IllegalStateException("no layer kept its keys for " + name));
    }

    /** Keeps the stream as it is before the first layer, for families that come back to it. */
    void embed(NDArray stream) {
        NDArray copy = stream.duplicate();
        copy.attach(manager);
        embedded = Optional.of(copy);
    }

    NDArray embedded() {
        return embedded.orElseThrow(() -> new IllegalStateException("the embedded tokens were not kept"));
    }

    /** Rows of the next layer's own table: tokens x width. */
    void layerInput(float[] rows) {
        layerInput = rows;
    }

    float[] layerInput() {
        return layerInput;
    }

    void begin(Mixture begun) {
        mixture = Optional.of(begun);
    }

    Mixture mixture() {
        return mixture.orElseThrow(() -> new IllegalStateException("experts before their router"));
    }

    void endMixture() {
        mixture = Optional.empty();
    }
}
