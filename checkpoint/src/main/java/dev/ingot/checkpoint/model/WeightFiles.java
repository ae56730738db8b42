package dev.ingot.checkpoint.model;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.safetensors.ShardIndex;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The files by which weights are found. transformers (4.57 and 5, on disk and on the Hub) and PEFT load the first of them that is there and never look at the
 * others, so that a folder may hold weights that nobody loads.
 */
public final class WeightFiles {
    /** Of a model, in transformers' order: one file comes before an index, and safetensors before what torch.save wrote. */
    static final List<String> MODEL =
            List.of("model.safetensors", ShardIndex.FILE, "pytorch_model.bin", "pytorch_model.bin.index.json");

    /** Of an adapter, in PEFT's order. */
    static final List<String> ADAPTER = List.of("adapter_model.safetensors", "adapter_model.bin");

    private static final String INDEX = ".index.json";
    private static final String TORCH = "pytorch_";
    private static final int MAX_INDEX_BYTES = 64 << 20;

    private WeightFiles() {}

    /** Those that a model's folder has, first the one that is loaded. */
    public static List<String> ofModel(FileSet files) throws IOException {
        return present(files, MODEL);
    }

    private static List<String> present(FileSet files, List<String> names) throws IOException {
        Set<String> there = Set.copyOf(files.list().stream().map(FileInfo::name).toList());
        return names.stream().filter(there::contains).toList();
    }

    /** Those of a model that are not loaded, although they are there; without an index that leads to the very file that is. */
    public static List<String> notLoaded(FileSet files) throws IOException {
        List<String> names = ofModel(files);
        List<String> others = new ArrayList<>();
        for (String name : names.subList(Math.min(1, names.size()), names.size())) {
            if (!leadsTo(files, name, names.getFirst())) {
                others.add(name);
            }
        }
        return others;
    }

    private static boolean leadsTo(FileSet files, String name, String loaded) throws IOException {
        Optional<ShardIndex> index = index(files, name);
        return index.isPresent() && Set.copyOf(index.get().files()).equals(Set.of(loaded));
    }

    /** The index of this name; empty where there is none, or the name is no index's. */
    static Optional<ShardIndex> index(FileSet files, String name) throws IOException {
        if (!name.endsWith(INDEX)) {
            return Optional.empty();
        }
        return SmallFiles.readSmall(files, name, MAX_INDEX_BYTES)
                .map(text -> ShardIndex.parse(text, name + " in " + files.location()));
    }

    /**
     * What to say of a second set of weights of the same kind in a base's folder. A {@code pytorch_model.bin} beside safetensors, as many repositories have
     * it, is not read. RefusedInput {@code base.two-weights} where the headers tell that the two are of different models.
     */
    public static Optional<String> besideModel(FileSet files) throws IOException {
        List<String> others = notLoaded(files);
        String loaded = ofModel(files).stream().findFirst().orElse("");
        for (String other : others) {
            if (other.startsWith(TORCH) == loaded.startsWith(TORCH)) {
                return Optional.of(compared(files, loaded, other, "base.two-weights", "transformers"));
            }
        }
        return Optional.empty();
    }

    /** The same of an adapter; RefusedInput {@code adapter.two-weights}. */
    public static Optional<String> besideAdapter(FileSet files) throws IOException {
        List<String> names = present(files, ADAPTER);
        return names.size() < 2
                ? Optional.empty()
                : Optional.of(compared(files, names.get(0), names.get(1), "adapter.two-weights", "PEFT"));
    }

    private static String compared(FileSet files, String loaded, String other, String code, String loader)
            throws IOException {
        String note = "%s has both %s, which %s loads and Ingot reads, and %s, which it does not look at"
                .formatted(files.location(), loaded, loader, other);
        Map<String, String> second;
        try {
            second = headers(files, other);
        } catch (RefusedInput unreadable) {
            return note + " and which cannot be read (" + unreadable.code() + ").";
        }
        Map<String, String> first = headers(files, loaded);
        Set<String> names = new TreeSet<>(first.keySet());
        names.addAll(second.keySet());
        for (String name : names) {
            String one = first.getOrDefault(name, "missing");
            String two = second.getOrDefault(name, "missing");
            if (!one.equals(two)) {
                throw new RefusedInput(
                        code,
                        "%s; they are not the same weights: %s is %s in the first and %s in the second."
                                .formatted(note, name, one, two),
                        "leave the one in the folder that was meant");
            }
        }
        return note + "; their tensors have the same names, dtypes and shapes.";
    }

    private static Map<String, String> headers(FileSet files, String name) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        TensorCatalog.read(files, name)
                .ifPresent(catalog -> catalog.tensors()
                        .forEach((tensor, located) -> headers.put(tensor, text(located.dtype(), located.shape()))));
        return headers;
    }

    private static String text(DType dtype, Shape shape) {
        return dtype + " " + shape;
    }

    /** RefusedInput {@code base.named-weights} where config.json names a file that transformers loads in place of those: it is not read. */
    public static void requireUnnamed(FileSet files, ModelConfig config) throws IOException {
        Optional<String> named = named(files, config);
        if (named.isPresent()) {
            throw new RefusedInput(
                    "base.named-weights",
                    "config.json in %s names %s as its weights (transformers_weights), which transformers loads whatever else is there."
                            .formatted(files.location(), named.get()),
                    "call that file model.safetensors, its index " + ShardIndex.FILE
                            + ", and remove transformers_weights from config.json");
        }
    }

    /** The file that config.json makes transformers load in place of the one that it would find; empty where it is that one. */
    public static Optional<String> named(FileSet files, ModelConfig config) throws IOException {
        List<String> names = ofModel(files);
        return config.json()
                .text("transformers_weights")
                .filter(name -> names.isEmpty() || !name.equals(names.getFirst()));
    }
}
