package dev.ingot.ingest;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that a plan under construction reads, each with its index. */
final class Inputs {
    private final Map<InputRole, String> locations;
    private final Map<InputFile, Integer> indices = new LinkedHashMap<>();

    /** @param base and adapter: URIs that a worker can open */
    Inputs(String base, String adapter) {
        locations = Map.of(InputRole.BASE, base, InputRole.ADAPTER, adapter);
    }

    int indexOf(InputRole role, FileInfo file) {
        InputFile input = new InputFile(role, locations.get(role), file.name(), file.size(), file.identity());
        return indices.computeIfAbsent(input, ignored -> indices.size());
    }

    TensorRef ref(InputRole role, LocatedTensor tensor) {
        return new TensorRef(
                indexOf(role, tensor.file()),
                tensor.name(),
                tensor.dtype(),
                tensor.shape(),
                tensor.entry().offset(),
                tensor.entry().length());
    }

    List<InputFile> files() {
        return List.copyOf(indices.keySet());
    }
}
