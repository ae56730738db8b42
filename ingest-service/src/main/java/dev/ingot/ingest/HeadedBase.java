package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.HeadlessCheckpoint;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A base that was saved without a head, by the names of the class with the head that an adapter was trained for. */
final class HeadedBase {
    private HeadedBase() {}

    /** The base itself where it has a head, or no adapter needs one. */
    static BaseModel of(BaseModel base, List<Adapter> adapters) {
        return adapters.stream()
                .flatMap(adapter -> of(base, adapter).stream())
                .findFirst()
                .map(headless -> named(base, headless))
                .orElse(base);
    }

    private static Optional<HeadlessCheckpoint> of(BaseModel base, Adapter adapter) {
        return HeadlessCheckpoint.of(
                base.config(),
                base.parameters().keySet(),
                adapter.config().taskType(),
                adapter.tensors().stream().map(Adapter.AdapterTensor::name).toList());
    }

    /** RefusedInput {@code base.headless} where values are those of loading, which goes by the stored names. */
    static void requireStoredNames(BaseModel stored, BaseModel headed, TrainedBase onto) {
        if (!stored.parameters().keySet().equals(headed.parameters().keySet())
                && onto.loaded().isPresent()) {
            throw new RefusedInput(
                    "base.headless",
                    "The base in %s was saved without the head that the adapter was trained with, and training quantized it while loading; both together are not merged."
                            .formatted(stored.catalog().location()),
                    "save the base with its head first (load it with the AutoModelFor… class of the training, then save_pretrained), and merge onto that");
        }
    }

    private static BaseModel named(BaseModel base, HeadlessCheckpoint headless) {
        Map<String, LocatedTensor> parameters = new TreeMap<>(NaturalOrder.INSTANCE);
        base.parameters().forEach((name, tensor) -> parameters.put(headless.nameOf(name), tensor));
        Map<String, QuantizedParameter> quantized = new LinkedHashMap<>();
        base.quantized().forEach((name, packed) -> quantized.put(headless.nameOf(name), packed));
        ModelConfig config = headless.applied(base.config());
        return new BaseModel(
                config,
                base.catalog(),
                Collections.unmodifiableMap(new LinkedHashMap<>(parameters)),
                quantized,
                Embeddings.of(parameters::containsKey));
    }
}
