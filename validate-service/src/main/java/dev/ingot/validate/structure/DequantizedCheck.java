package dev.ingot.validate.structure;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.model.WeightFiles;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.validate.weights.CheckpointWeights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a dequantized folder is the base in 16 bit: the same parameters in the same shapes, nothing packed, and a config that differs only in
 * what it says of quantization and dtype. Looks at the base's own headers, not at the plan.
 */
public final class DequantizedCheck {
    private final CheckpointWeights base;
    private final TensorCatalog written;
    private final List<String> faults = new ArrayList<>();

    private DequantizedCheck(CheckpointWeights base, TensorCatalog written) {
        this.base = base;
        this.written = written;
    }

    /** IllegalStateException with every fault, if there is one: what was written would then not load as the base. */
    public static void require(FileSet base, FileSet written) throws IOException {
        List<String> faults = faults(base, written);
        if (!faults.isEmpty()) {
            throw new IllegalStateException("what was written is not the base: " + String.join("; ", faults));
        }
    }

    /** Faults as sentences; none when all is as it should be. */
    static List<String> faults(FileSet base, FileSet written) throws IOException {
        ModelConfig before = ModelConfig.read(base);
        ModelConfig after = ModelConfig.read(written);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(base)) {
            DequantizedCheck check = new DequantizedCheck(weights, TensorCatalog.ofModel(written));
            check.faults.addAll(ConfigCheck.faults(before, after));
            check.checkTensors();
            check.checkTying(before, after);
            for (FileInfo file : written.list()) {
                if (StructureCheck.MISLEADING.contains(file.name())) {
                    check.faults.add(file.name() + " lies beside the weights, and loaders would take it");
                }
            }
            for (String other : WeightFiles.notLoaded(written)) {
                check.faults.add(other + " leads to other weights beside those that were written");
            }
            return check.faults;
        }
    }

    private void checkTensors() {
        Set<String> found = new TreeSet<>(written.tensors().keySet());
        for (String tensor : new TreeSet<>(base.names())) {
            if (found.remove(tensor)) {
                checkTensor(tensor, written.tensors().get(tensor));
            } else {
                faults.add(tensor + " is missing");
            }
        }
        found.forEach(tensor -> faults.add(tensor + " is in the checkpoint, but not in the base"));
    }

    private void checkTensor(String name, LocatedTensor tensor) {
        Shape expected = base.shape(name).orElseThrow();
        if (!tensor.shape().equals(expected)) {
            faults.add("%s has shape %s; expected %s".formatted(name, tensor.shape(), expected));
        }
        DType recorded = base.dtype(name);
        boolean fits = recorded.isMergeable() ? tensor.dtype().isMergeable() : tensor.dtype() == recorded;
        if (!fits) {
            faults.add("%s is %s; the base has %s".formatted(name, tensor.dtype(), recorded));
        }
    }

    private void checkTying(ModelConfig before, ModelConfig after) {
        if (!before.tieWordEmbeddings().equals(after.tieWordEmbeddings())) {
            faults.add("config.json says of tied embeddings something else than the base's");
        }
    }
}
