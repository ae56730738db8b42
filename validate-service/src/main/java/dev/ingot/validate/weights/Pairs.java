package dev.ingot.validate.weights;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.model.Conv1dModules;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the two factors of every adapted module together, with the scale that adapter_config.json gives the module. */
final class Pairs {
    private final AdapterFolder adapter;
    private final String modelType;
    private final Map<String, Factors> factors = new LinkedHashMap<>();

    private static final class Factors {
        @Nullable
        AdapterKey a;

        @Nullable
        AdapterKey b;

        boolean embedding;
    }

    Pairs(AdapterFolder adapter, String modelType) {
        this.adapter = adapter;
        this.modelType = modelType;
    }

    void add(AdapterKey key) {
        Factors pair = factors.computeIfAbsent(key.module(), module -> new Factors());
        switch (key.role()) {
            case LORA_A, EMBEDDING_A -> pair.a = key;
            case LORA_B, EMBEDDING_B -> pair.b = key;
            default -> throw new IllegalArgumentException(key.raw() + " is no factor");
        }
        pair.embedding |= key.role() == AdapterKey.Role.EMBEDDING_A;
    }

    /** By module; Unmergeable for half a pair or factors that do not fit one another or the configured rank. */
    Map<String, ModuleDelta> deltas() {
        Map<String, ModuleDelta> deltas = new LinkedHashMap<>();
        factors.forEach((module, pair) -> deltas.put(module, delta(module, pair)));
        return deltas;
    }

    private ModuleDelta delta(String module, Factors pair) {
        if (pair.a == null || pair.b == null) {
            throw new Unmergeable("half a pair of factors on " + module);
        }
        Shape a = shape(pair.a);
        Shape b = shape(pair.b);
        int rank = adapter.config().rankOf(module);
        if (a.dim(0) != rank || b.dim(1) != rank) {
            throw new Unmergeable(
                    "factors of shape %s and %s on %s, whose configured rank is %d".formatted(a, b, module, rank));
        }
        float scale = adapter.config().scaleOf(module);
        String keyA = pair.a.raw();
        String keyB = pair.b.raw();
        boolean turned = pair.embedding || Conv1dModules.isConv1d(modelType, module);
        return turned
                ? new ModuleDelta(
                        adapter.weights(), keyA, true, keyB, true, a.dim(1), b.dim(0), rank, scale, pair.embedding)
                : new ModuleDelta(adapter.weights(), keyB, false, keyA, false, b.dim(0), a.dim(1), rank, scale, false);
    }

    private Shape shape(AdapterKey key) {
        Shape shape = adapter.weights().shape(key.raw()).orElseThrow();
        if (shape.rank() != 2) {
            throw new Unmergeable(key.raw() + " of shape " + shape);
        }
        return shape;
    }
}
