package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.model.WeightFiles;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.QuantizedParameters;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A base as its headers show it.
 *
 * @param parameters every parameter of the model by name, in natural order, with the tensor that holds its elements, which may have another name;
 *     companions of quantized parameters are not parameters
 * @param quantized those that are stored quantized
 * @param ends input and output embedding, where the model has ends that Ingot knows
 */
record BaseModel(
        ModelConfig config,
        TensorCatalog catalog,
        Map<String, LocatedTensor> parameters,
        Map<String, QuantizedParameter> quantized,
        Optional<Embeddings> ends) {

    static BaseModel read(FileSet files) throws IOException {
        return read(files, false);
    }

    /** @param swapNibbles whether 4-bit tensors have the first of two elements in the low nibble */
    static BaseModel read(FileSet files, boolean swapNibbles) throws IOException {
        QuantizationMethods.requireSafetensors(files);
        ModelConfig config = ModelConfig.read(files);
        QuantizationMethods.requireReadable(config);
        WeightFiles.requireUnnamed(files, config);
        TensorCatalog catalog = TensorCatalog.ofModel(files);
        requireWholeExperts(catalog);
        Map<String, QuantizedParameter> quantized = QuantizedParameters.find(files, catalog, config, swapNibbles);
        QuantizationMethods.requireUse(swapNibbles, quantized.values());
        Map<String, LocatedTensor> parameters = parameters(catalog, quantized);
        requirePlain(parameters, quantized);
        return new BaseModel(config, catalog, parameters, quantized, Embeddings.of(parameters::containsKey));
    }

    /** Unsloth takes gpt-oss' experts apart to quantize them; no class of transformers has them so. */
    private static void requireWholeExperts(TensorCatalog catalog) {
        catalog.tensors().keySet().stream()
                .filter(FusedExperts::isSplit)
                .findFirst()
                .ifPresent(name -> {
                    throw new RefusedInput(
                            "base.split-experts",
                            "%s of the base is an expert of gpt-oss as Unsloth splits them; transformers has all experts in one parameter and would not load the result."
                                    .formatted(name),
                            "merge onto gpt-oss as it was published; for an adapter on split experts, export it with Unsloth");
                });
    }

    private static Map<String, LocatedTensor> parameters(
            TensorCatalog catalog, Map<String, QuantizedParameter> quantized) {
        Map<String, LocatedTensor> parameters = new TreeMap<>(NaturalOrder.INSTANCE);
        parameters.putAll(catalog.tensors());
        for (QuantizedParameter parameter : quantized.values()) {
            parameter.companions().forEach(companion -> parameters.remove(companion.name()));
            parameters.remove(parameter.payload().name());
            parameters.put(parameter.name(), parameter.payload());
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    private static void requirePlain(Map<String, LocatedTensor> parameters, Map<String, QuantizedParameter> quantized) {
        Set<String> payloads = quantized.values().stream()
                .map(parameter -> parameter.payload().name())
                .collect(Collectors.toSet());
        for (LocatedTensor tensor : parameters.values()) {
            if (payloads.contains(tensor.name())) {
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

    /** Shape of a parameter as the model knows it: of its dequantized value, for a quantized one. */
    Shape shapeOf(String parameter) {
        QuantizedParameter known = quantized.get(parameter);
        return known == null ? parameters.get(parameter).shape() : known.shape();
    }

    /** dtype of a parameter's value: of its dequantized value, or as stored. */
    DType dtypeOf(String parameter) {
        QuantizedParameter known = quantized.get(parameter);
        return known == null ? parameters.get(parameter).dtype() : known.dtype();
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
        return headAbsent && causal && !config.deniesTying();
    }

    /** Companions of quantized parameters, for the ledger. */
    List<LocatedTensor> companions() {
        return quantized.values().stream()
                .flatMap(tensor -> tensor.companions().stream())
                .distinct()
                .toList();
    }
}
