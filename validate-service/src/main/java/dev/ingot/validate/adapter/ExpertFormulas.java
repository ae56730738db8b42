package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.adapter.ParameterLayout;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.FusedExperts.Part;
import dev.ingot.validate.adapter.SingleExpertRows.Delta;
import dev.ingot.validate.adapter.WrappedParameters.Wrapped;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.Unmergeable;
import dev.ingot.validate.weights.WeightSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What a LoRA made of mixtures of experts, where its pairs are laid out in another way than the base's tensors. */
public final class ExpertFormulas {
    private final AdapterConfig config;
    private final ParameterFactors factors;
    private final WeightSource base;
    private final String modelType;

    private ExpertFormulas(AdapterConfig config, CheckpointWeights adapter, WeightSource base, String modelType) {
        this.config = config;
        this.factors = new ParameterFactors(adapter);
        this.base = base;
        this.modelType = modelType;
    }

    /** Whether a key belongs to {@code target_parameters}, or to an expert that the base has inside of a fused parameter only. */
    public static Predicate<AdapterKey> taken(AdapterConfig config, WeightSource base) {
        WrappedParameters wrapped = new WrappedParameters(config, base::shape);
        return key -> wrapped.has(key) || isSingle(key, base);
    }

    private static boolean isSingle(AdapterKey key, WeightSource base) {
        return (key.role() == Role.LORA_A || key.role() == Role.LORA_B)
                && base.shape(key.module() + ".weight").isEmpty()
                && FusedExperts.findFused(key.module(), base::shape).isPresent();
    }

    /** Formulas by tensor of the base; Unmergeable or RefusedInput for pairs that do not fit it. */
    public static Map<String, TrainedRows> read(
            AdapterConfig config,
            Collection<AdapterKey> keys,
            CheckpointWeights adapter,
            WeightSource base,
            String modelType) {
        ExpertFormulas formulas = new ExpertFormulas(config, adapter, base, modelType);
        Map<String, TrainedRows> rows = new LinkedHashMap<>();
        new WrappedParameters(config, base::shape)
                .pairs(keys, formulas.factors::shape)
                .forEach(pair -> formulas.add(pair, rows));
        rows.putAll(
                formulas.single(keys.stream().filter(key -> isSingle(key, base)).toList()));
        return rows;
    }

    private void add(Wrapped pair, Map<String, TrainedRows> rows) {
        FusedExperts experts = pair.place();
        Shape a = factors.shape(pair.keyA());
        Shape b = factors.shape(pair.keyB());
        int rank = config.rankOf(pair.path());
        if (a.dim(0) != (long) rank * experts.experts()) {
            throw new Unmergeable("factors of shape %s and %s on %s of %d experts, whose configured rank is %d"
                    .formatted(a, b, pair.path(), experts.experts(), rank));
        }
        ParameterLayout layout = ParameterLayout.of(
                        experts.shape(), a.dim(1), b.dim(0), config, FusedExperts.isTransposed(modelType))
                .orElseThrow(() -> new Unmergeable("factors of shape %s and %s on %s of shape %s"
                        .formatted(a, b, pair.path(), experts.shape())));
        float scale = config.scaleOf(pair.path());
        for (Part part : experts.parts()) {
            rows.put(
                    part.tensor(),
                    new ParameterRows(
                            experts,
                            part,
                            layout,
                            factors,
                            pair.keyA(),
                            pair.keyB(),
                            rank,
                            scale));
        }
    }

    private Map<String, TrainedRows> single(List<AdapterKey> keys) {
        Map<String, String> keysOfA = new LinkedHashMap<>();
        Map<String, String> keysOfB = new LinkedHashMap<>();
        keys.forEach(key -> (key.role() == Role.LORA_A ? keysOfA : keysOfB).put(key.module(), key.raw()));
        if (!keysOfA.keySet().equals(keysOfB.keySet())) {
            throw new Unmergeable("half a pair of factors on an expert");
        }
        Map<String, List<Delta>> deltas = new LinkedHashMap<>();
        Map<String, FusedExperts> places = new LinkedHashMap<>();
        keysOfA.forEach((module, keyA) -> {
            FusedExperts place = FusedExperts.findFused(module, base::shape).orElseThrow();
            String tensor = place.parts().getFirst().tensor();
            places.put(tensor, place);
            deltas.computeIfAbsent(tensor, name -> new ArrayList<>())
                    .add(delta(module, place, keyA, keysOfB.get(module)));
        });
        Map<String, TrainedRows> rows = new LinkedHashMap<>();
        deltas.forEach((tensor, own) -> rows.put(tensor, new SingleExpertRows(places.get(tensor), own, factors)));
        return rows;
    }

    private Delta delta(String module, FusedExperts place, String keyA, String keyB) {
        Part part = place.parts().getFirst();
        int rank = config.rankOf(module);
        boolean fits = factors.shape(keyA).equals(Shape.of(rank, place.columns()))
                && factors.shape(keyB).equals(Shape.of(part.rows(), rank))
                && part.expert() < place.experts();
        if (!fits || FusedExperts.isTransposed(modelType)) {
            throw new Unmergeable("factors of shape %s and %s on %s in %s of shape %s"
                    .formatted(factors.shape(keyA), factors.shape(keyB), module, part.tensor(), place.shape()));
        }
        int row = part.expert() * place.rows() + part.firstRow();
        return new Delta(keyA, keyB, row, part.rows(), rank, config.scaleOf(module));
    }
}
