package dev.ingot.ingest;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that a plan under construction reads, each with its index. */
final class Inputs {
    private final Map<InputRole, String> locations = new EnumMap<>(InputRole.class);
    private final Map<InputFile, Integer> indices;

    /** @param base URI that a worker can open; for what an adapter brings see {@link #ofAdapter} */
    Inputs(String base) {
        this.indices = new LinkedHashMap<>();
        locations.put(InputRole.BASE, base);
    }

    private Inputs(String base, String adapter, Map<InputFile, Integer> indices) {
        this.indices = indices;
        locations.put(InputRole.BASE, base);
        locations.put(InputRole.ADAPTER, adapter);
    }

    /** The same files, as one of the adapters sees them; {@code location} is a URI that a worker can open. */
    Inputs ofAdapter(String location) {
        return new Inputs(locations.get(InputRole.BASE), location, indices);
    }

    int indexOf(InputRole role, FileInfo file) {
        String location = locations.get(role);
        if (location == null) {
            throw new IllegalStateException("the run has no " + role + ", so that " + file.name() + " cannot be of it");
        }
        InputFile input = new InputFile(role, location, file.name(), file.size(), file.identity());
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
