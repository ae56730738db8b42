package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.Shape;
import dev.ingot.validate.weights.CheckpointWeights;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Whole factors of an adapter, of which the last few that were asked for are kept: the experts of one layer share them. Safe for several threads. */
final class ParameterFactors {
    private static final int KEPT = 8;

    private final CheckpointWeights adapter;
    private final Map<String, float[]> kept = new LinkedHashMap<>(KEPT, 0.75f, true);

    ParameterFactors(CheckpointWeights adapter) {
        this.adapter = adapter;
    }

    Shape shape(String key) {
        return adapter.shape(key).orElseThrow();
    }

    /** Row by row. */
    synchronized float[] of(String key) throws IOException {
        float[] known = kept.get(key);
        if (known != null) {
            return known;
        }
        float[] values = new float[Math.toIntExact(shape(key).elements())];
        adapter.floats(key, 0, values, values.length);
        kept.put(key, values);
        if (kept.size() > KEPT) {
            kept.remove(kept.keySet().iterator().next());
        }
        return values;
    }
}
