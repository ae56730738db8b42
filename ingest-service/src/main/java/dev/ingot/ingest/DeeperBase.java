package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The base that an adapter with replicated layers was trained on: the layers of the given one, some of them several times. */
final class DeeperBase {
    /** Families whose layers are all of one kind, or listed by kind, so that a copy may stand anywhere. */
    private static final Set<String> UNIFORM = Set.of(
            "llama", "mistral", "qwen2", "qwen3", "gemma", "phi3", "falcon", "bert", "roberta", "granite", "olmo");

    private DeeperBase() {}

    /** The base itself where nothing is replicated; RefusedInput {@code adapter.unsupported-option} for a family whose layers differ by their place. */
    static BaseModel of(BaseModel base, LayerReplication replication) {
        if (replication.isNone()) {
            return base;
        }
        if (!UNIFORM.contains(base.config().modelType())) {
            throw new RefusedInput(
                    "adapter.unsupported-option",
                    "The adapter replicates layers, and those of a '%s' may differ by their place."
                            .formatted(base.config().modelType()),
                    "build the deeper base on your own, and save the adapter without layer_replication");
        }
        Map<String, LocatedTensor> parameters = new TreeMap<>(NaturalOrder.INSTANCE);
        Map<String, QuantizedParameter> quantized = new LinkedHashMap<>();
        replication.names(base.parameters().keySet()).forEach((name, source) -> {
            parameters.put(name, base.parameters().get(source));
            QuantizedParameter packed = base.quantized().get(source);
            if (packed != null) {
                quantized.put(name, packed);
            }
        });
        return new BaseModel(
                base.config(),
                base.catalog(),
                Collections.unmodifiableMap(new LinkedHashMap<>(parameters)),
                quantized,
                base.ends());
    }
}
