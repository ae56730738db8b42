package dev.ingot.pipeline.provenance;

import java.util.Map;
import java.util.TreeMap;

/**
 * What made a checkpoint.
 *
 * @param ingot versions of Ingot that worked on it
 * @param java of the process that states it
 * @param kernels which forms of the kernels were asked for, by name; empty where other processes merged. Every form gives the same bytes
 */
public record Builder(String ingot, String java, Map<String, String> kernels) {
    public Builder {
        kernels = Map.copyOf(kernels);
    }

    /** Of this process. */
    public static Builder here(String ingot, Map<String, String> kernels) {
        return new Builder(ingot, Runtime.version() + " (" + System.getProperty("java.vm.name") + ")", kernels);
    }

    Map<String, String> versions() {
        return new TreeMap<>(Map.of("ingot", ingot, "java", java));
    }
}
