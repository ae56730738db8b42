package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.Conv1dModules;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import java.util.List;
import java.util.Optional;

/** The checkpoint that the readers of this package look through. */
record Checkpoint(FileSet files, TensorCatalog catalog, ModelConfig config, boolean lowNibbleFirst) {
    static final String WEIGHT = ".weight";

    Optional<LocatedTensor> find(String name) {
        return catalog.find(name);
    }

    /** RefusedInput {@code quantization.companion} when there is none of that name. */
    LocatedTensor companion(String parameter, String name) {
        return find(name)
                .orElseThrow(() -> Refusals.damaged("companion", parameter, "needs " + name + ", which is not there"));
    }

    /** Names that end in {@code suffix}, without it, in the catalog's order. */
    List<String> namesBefore(String suffix) {
        return catalog.tensors().keySet().stream()
                .filter(name -> name.endsWith(suffix) && name.length() > suffix.length())
                .map(name -> name.substring(0, name.length() - suffix.length()))
                .toList();
    }

    /** dtype of the whole model, where config.json names one that a merge computes with. */
    Optional<DType> modelDType() {
        return config.dtype().filter(DType::isMergeable);
    }

    /** Whether transformers turned the parameter before bitsandbytes quantized it. */
    boolean isConv1d(String parameter, Shape stored) {
        return parameter.endsWith(WEIGHT)
                && stored.rank() == 2
                && Conv1dModules.isConv1d(
                        config.modelType(), parameter.substring(0, parameter.length() - WEIGHT.length()));
    }
}
