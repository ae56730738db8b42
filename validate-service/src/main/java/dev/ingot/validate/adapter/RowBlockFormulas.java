package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.RowBlocks;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.Unmergeable;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a LoRA made of linear layers that the base has fused, or cut up: each row of the base's weight is a row of one trained layer. */
public final class RowBlockFormulas {
    private final AdapterConfig config;
    private final WeightSource base;
    private final ParameterNames names;

    /** @param names of the base */
    public RowBlockFormulas(AdapterConfig config, WeightSource base, ParameterNames names) {
        this.config = config;
        this.base = base;
        this.names = names;
    }

    /** Whether a key is of a pair for such a layer. */
    public boolean takes(AdapterKey key) {
        return (key.role() == Role.LORA_A || key.role() == Role.LORA_B)
                && base.shape(key.module() + ".weight").isEmpty()
                && place(key.module()).isPresent();
    }

    private Optional<RowBlocks> place(String module) {
        return names.rowBlocks(module + ".weight");
    }

    /** A trained layer's first row among the rows of a tensor of the base, and the tensor's first among the layer's. */
    private record Trained(String keyA, String keyB, int rank, float scale, int first, int rows, int own) {}

    /** Formulas by tensor of the base; Unmergeable for what is more than a pair, or does not fit. */
    public Map<String, TrainedRows> read(Collection<AdapterKey> keys, CheckpointWeights adapter) {
        Map<String, String> keysOfA = new LinkedHashMap<>();
        Map<String, String> keysOfB = new LinkedHashMap<>();
        keys.stream()
                .filter(this::takes)
                .forEach(key -> (key.role() == Role.LORA_A ? keysOfA : keysOfB).put(key.module(), key.raw()));
        if (!keysOfA.keySet().equals(keysOfB.keySet()) || !keysOfA.isEmpty() && config.isSet("use_dora")) {
            throw new Unmergeable("more or less than a pair of factors on a layer that the base has in other weights");
        }
        ParameterFactors factors = new ParameterFactors(adapter);
        Map<String, List<Trained>> layers = new LinkedHashMap<>();
        keysOfA.forEach((module, keyA) -> add(module, keyA, keysOfB.get(module), factors, layers));
        Map<String, TrainedRows> rows = new LinkedHashMap<>();
        layers.forEach((tensor, own) ->
                rows.put(tensor, new Rows(Math.toIntExact(shape(tensor).columns()), own, factors)));
        return rows;
    }

    private Shape shape(String tensor) {
        return base.shape(tensor)
                .orElseThrow(() -> new Unmergeable("an adapter on " + tensor + ", which is not there"));
    }

    private void add(
            String module, String keyA, String keyB, ParameterFactors factors, Map<String, List<Trained>> layers) {
        RowBlocks place = place(module).orElseThrow();
        int rank = config.rankOf(module);
        int trained = Math.toIntExact(factors.shape(keyB).dim(0));
        int all = 0;
        for (String tensor : place.parameters()) {
            int rows = Math.toIntExact(shape(tensor).dim(0));
            boolean fits =
                    factors.shape(keyA).equals(Shape.of(rank, shape(tensor).columns()))
                            && factors.shape(keyB).equals(Shape.of(trained, rank))
                            && (!place.inside() || rows == trained * place.blocks());
            if (!fits) {
                throw new Unmergeable("factors of shape %s and %s on rows of %s of shape %s"
                        .formatted(factors.shape(keyA), factors.shape(keyB), tensor, shape(tensor)));
            }
            int first = place.block() * trained;
            int count = Math.min(rows, trained);
            layers.computeIfAbsent(tensor, name -> new ArrayList<>())
                    .add(new Trained(keyA, keyB, rank, config.scaleOf(module), first, count, all));
            all += count;
        }
        if (all != trained) {
            throw new Unmergeable("%d trained rows on %d of the base".formatted(trained, all));
        }
    }

    private record Rows(int columns, List<Trained> layers, ParameterFactors factors) implements TrainedRows {
        @Override
        public void train(long first, int count, float[] values, DType dtype) throws IOException {
            for (int i = 0; i < count; i++) {
                int row = Math.toIntExact(first + i);
                for (Trained layer : layers) {
                    if (row >= layer.first() && row < layer.first() + layer.rows()) {
                        add(layer, row - layer.first() + layer.own(), values, i * columns);
                    }
                }
            }
        }

        private void add(Trained layer, int row, float[] values, int at) throws IOException {
            float[] a = factors.of(layer.keyA());
            float[] b = factors.of(layer.keyB());
            for (int j = 0; j < columns; j++) {
                float sum = 0;
                for (int k = 0; k < layer.rank(); k++) {
                    sum = Math.fma(b[row * layer.rank() + k], a[k * columns + j], sum);
                }
                values[at + j] += layer.scale() * sum;
            }
        }
    }
}
