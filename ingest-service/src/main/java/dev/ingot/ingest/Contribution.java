package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.pipeline.source.AdapterFiles;
import java.io.IOException;
import java.util.List;

/**
 * What one of the adapters of a run does to the model, on its own.
 *
 * @param number its place in the order, from 1
 * @param count of all adapters
 * @param changes with its weight in them
 */
record Contribution(int number, int count, AdapterFiles source, Adapter adapter, Changes changes) {

    /**
     * Reads headers; the config carries the weight.
     *
     * @param onResidual as in {@link Adapter#read}
     */
    static Adapter read(AdapterFiles source, boolean onResidual) throws IOException {
        return Adapter.read(source.files(), onResidual)
                .weighted(source.weight())
                .inMemory(source.inMemory())
                .mirrored(source.mirrors());
    }

    /** Finds the places of all of its tensors; RefusedInput where it cannot be merged so. */
    static Contribution resolve(
            BaseModel base, List<AdapterFiles> sources, List<Adapter> adapters, int index, Inputs inputs)
            throws IOException {
        AdapterFiles source = sources.get(index);
        Adapter adapter = adapters.get(index);
        Inputs own = inputs.ofAdapter(source.location());
        Changes changes = new AdapterResolver(base, adapter, source.files(), own).resolve();
        Contribution contribution = new Contribution(
                index + 1, sources.size(), source, adapter, new WeightedChanges(adapter.config()).of(changes));
        if (index > 0) {
            OrderRules.requireMayFollow(contribution);
        }
        return contribution;
    }

    AdapterConfig config() {
        return adapter.config();
    }

    AdapterTensors tensors() {
        return AdapterTensors.of(source.files(), adapter);
    }

    /** For messages: {@code adapter 2 (…/my-lora)}, or {@code the adapter} where there is one. */
    String name() {
        return count == 1 ? "the adapter" : "adapter %d (%s)".formatted(number, folder());
    }

    /** Last part of its location. */
    String folder() {
        return lastSegment(source.location());
    }

    static String lastSegment(String location) {
        String bare = location.replaceFirst("/+$", "");
        return bare.substring(bare.lastIndexOf('/') + 1);
    }
}
