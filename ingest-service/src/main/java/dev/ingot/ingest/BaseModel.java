package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.bitsandbytes.QuantizedTensor;
import dev.ingot.checkpoint.bitsandbytes.QuantizedTensors;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A base as its headers show it.
 *
 * @param parameters every parameter of the model by name, in natural order; companions of quantized tensors are not parameters
 * @param quantized those that bitsandbytes packed
 * @param ends input and output embedding, where the model has ends that Ingot knows
 */
record BaseModel(
        ModelConfig config,
        TensorCatalog catalog,
        Map<String, LocatedTensor> parameters,
        Map<String, QuantizedTensor> quantized,
        Optional<Embeddings> ends) {

    static BaseModel read(FileSet files) throws IOException {
        ModelConfig config = ModelConfig.read(files);
        QuantizationMethods.requireReadable(config);
        TensorCatalog catalog = TensorCatalog.ofModel(files);
        Map<String, QuantizedTensor> quantized = QuantizedTensors.find(files, catalog);
        Map<String, LocatedTensor> parameters = parameters(catalog, quantized);
        requirePlain(parameters, quantized);
        return new BaseModel(config, catalog, parameters, quantized, Embeddings.of(parameters::containsKey));
    }

    private static Map<String, LocatedTensor> parameters(
            TensorCatalog catalog, Map<String, QuantizedTensor> quantized) {
        Map<String, LocatedTensor> parameters = new TreeMap<>(NaturalOrder.INSTANCE);
        parameters.putAll(catalog.tensors());
        for (QuantizedTensor tensor : quantized.values()) {
            tensor.companions().forEach(companion -> parameters.remove(companion.name()));
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    private static void requirePlain(Map<String, LocatedTensor> parameters, Map<String, QuantizedTensor> quantized) {
        for (LocatedTensor tensor : parameters.values()) {
            if (quantized.containsKey(tensor.name())) {
                continue;
            }
            if (tensor.shape().elements() == 0) {
                throw new RefusedInput(
                        "base.zero-size",
                        "%s of the base has the shape %s: it holds nothing.".formatted(tensor.name(), tensor.shape()),
                        "save the base again; ZeRO-3 leaves empty tensors where the weights were not gathered");
            }
            QuantizationMethods.requirePlain(tensor);
        }
    }

    /** Shape of a parameter as the model knows it: of the weight that was packed, for a packed one. */
    Shape shapeOf(String parameter) {
        QuantizedTensor packed = quantized.get(parameter);
        return packed == null ? parameters.get(parameter).shape() : packed.shape();
    }

    /** dtype of a parameter's value: as recorded when it was packed, or as stored. */
    DType dtypeOf(String parameter) {
        QuantizedTensor packed = quantized.get(parameter);
        return packed == null
                ? parameters.get(parameter).dtype()
                : packed.state().dtype();
    }

    boolean has(String parameter) {
        return parameters.containsKey(parameter);
    }

    /** Whether the output embedding shares the input's matrix: it is not stored, and config does not say otherwise. */
    boolean isTied() {
        boolean headAbsent = ends.map(e -> !has(e.output())).orElse(false);
        boolean causal = config.architecture().isEmpty()
                || config.architecture().endsWith("ForCausalLM")
                || config.architecture().endsWith("LMHeadModel")
                || config.architecture().endsWith("ForConditionalGeneration");
        return headAbsent && causal && config.tieWordEmbeddings().orElse(true);
    }

    /** Companions of packed tensors, for the ledger. */
    List<LocatedTensor> companions() {
        return quantized.values().stream()
                .flatMap(tensor -> tensor.companions().stream())
                .toList();
    }
}
