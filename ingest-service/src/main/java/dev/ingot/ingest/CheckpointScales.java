package dev.ingot.ingest;

import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.checkpoint.quantized.QuantizedParameters;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The 4-bit weights of a training checkpoint that stand there with the scales that bitsandbytes made for them, so that they can be dequantized without
 * the base. DeepSpeed's rank files have them; what is consolidated from those files has not.
 *
 * @param weights by the packed tensor's name
 * @param owners names of the packed tensors by those of their scales
 */
record CheckpointScales(Map<String, FourBit> weights, Map<String, String> owners) {
    /** Of a run that takes none of the checkpoint's weights. */
    static final CheckpointScales NONE = new CheckpointScales(Map.of(), Map.of());

    CheckpointScales {
        weights = Map.copyOf(weights);
        owners = Map.copyOf(owners);
    }

    /** Those that the run's request wants taken; RefusedInput {@code quantization.*} where scales do not fit their weight. */
    static CheckpointScales of(Adapter adapter, FileSet files) throws IOException {
        if (!adapter.training() || adapter.mirrors() != MirrorPolicy.CHECKPOINT) {
            return NONE;
        }
        TensorCatalog catalog = TensorCatalog.ofAdapter(files).orElseThrow();
        ModelConfig none = new ModelConfig(JsonObject.empty());
        Map<String, FourBit> weights = new HashMap<>();
        Map<String, String> owners = new HashMap<>();
        for (QuantizedParameter found :
                QuantizedParameters.find(files, catalog, none, false).values()) {
            if (found instanceof FourBit packed) {
                weights.put(packed.payload().name(), packed);
                for (LocatedTensor scale : packed.companions()) {
                    owners.put(scale.name(), packed.payload().name());
                }
            }
        }
        return new CheckpointScales(weights, owners);
    }

    Optional<FourBit> of(String tensor) {
        return Optional.ofNullable(weights.get(tensor));
    }

    /** The packed weight that a tensor belongs to as one of its scales. */
    Optional<String> owner(String scale) {
        return Optional.ofNullable(owners.get(scale));
    }
}
