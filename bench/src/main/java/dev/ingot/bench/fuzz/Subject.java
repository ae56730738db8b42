package dev.ingot.bench.fuzz;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one trial works on: a base, and an adapter where it merges.
 *
 * @param base and adapter: content by file name; the adapter's is empty where the base is only dequantized
 * @param quantizationConfig of a training run that quantized the base while loading, or null
 */
record Subject(
        String name,
        Map<String, byte[]> base,
        Map<String, byte[]> adapter,
        boolean swapNibbles,
        @Nullable String quantizationConfig) {
    /** What the names of raw containers begin with: they are read, not merged. */
    static final String CONTAINER = "container-";

    boolean isContainer() {
        return name.startsWith(CONTAINER);
    }

    boolean merges() {
        return !adapter.isEmpty();
    }

    /** The same with one file of the base, or of the adapter, replaced. */
    Subject with(boolean ofAdapter, String file, byte[] content) {
        Map<String, byte[]> changed = new TreeMap<>(ofAdapter ? adapter : base);
        changed.put(file, content);
        return with(ofAdapter, changed);
    }

    /** The same with all files of the base, or of the adapter, replaced. */
    Subject with(boolean ofAdapter, Map<String, byte[]> files) {
        return ofAdapter
                ? new Subject(name, base, files, swapNibbles, quantizationConfig)
                : new Subject(name, files, adapter, swapNibbles, quantizationConfig);
    }

    Subject withQuantizationConfig(String config) {
        return new Subject(name, base, adapter, swapNibbles, config);
    }

    Map<String, byte[]> files(boolean ofAdapter) {
        return ofAdapter ? adapter : base;
    }
}
