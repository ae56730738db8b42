package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An adapter of a request, opened.
 *
 * @param location that {@code files} were opened from
 * @param weight as in {@link WeightedAdapter}
 */
public record AdapterFiles(String location, FileSet files, double weight) {
    public AdapterFiles {
        if (!Double.isFinite(weight) || weight == 0) {
            throw new IllegalArgumentException("the weight of " + location + " is " + weight);
        }
    }

    /** As it was trained. */
    public static AdapterFiles whole(String location, FileSet files) {
        return new AdapterFiles(location, files, 1);
    }

    /** All adapters of a request, in its order. */
    public static List<AdapterFiles> open(List<WeightedAdapter> adapters, FileSets sources) throws IOException {
        List<AdapterFiles> opened = new ArrayList<>();
        for (WeightedAdapter adapter : adapters) {
            opened.add(new AdapterFiles(adapter.adapter(), sources.open(adapter.adapter()), adapter.weight()));
        }
        return opened;
    }
}
