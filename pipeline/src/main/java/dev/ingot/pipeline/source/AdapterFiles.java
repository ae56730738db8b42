package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An adapter of a request, opened.
 *
 * @param location that {@code files} were opened from
 * @param inMemory as in {@link AdapterPlace}
 * @param weight as in {@link WeightedAdapter}
 * @param mirrors what to do where it is a training checkpoint whose copies of base tensors differ from the base
 */
public record AdapterFiles(String location, String inMemory, FileSet files, double weight, MirrorPolicy mirrors) {
    public AdapterFiles {
        if (!Double.isFinite(weight) || weight == 0) {
            throw new IllegalArgumentException("the weight of " + location + " is " + weight);
        }
    }

    /** As it was trained. */
    public static AdapterFiles whole(String location, FileSet files) {
        return new AdapterFiles(location, "", files, 1, MirrorPolicy.REFUSE);
    }

    /** All adapters of a request that names exact places, in its order; each finds the config that the request gives, or its own. */
    public static List<AdapterFiles> open(RunRequest request, FileSets sources) throws IOException {
        List<AdapterFiles> opened = new ArrayList<>();
        for (WeightedAdapter adapter : request.requireAdapters()) {
            AdapterFiles own = of(
                    AdapterPlace.parse(adapter.adapter()),
                    adapter.weight(),
                    Optional.ofNullable(request.adapterConfig()),
                    sources);
            opened.add(new AdapterFiles(
                    own.location(), own.inMemory(), own.files(), own.weight(), request.mirrorPolicy()));
        }
        return opened;
    }

    /** One at an exact place, which is refused where its copies of base tensors differ; {@code config} as in {@link #configured}. */
    public static AdapterFiles of(AdapterPlace place, double weight, Optional<String> config, FileSets sources)
            throws IOException {
        FileSet files = configured(place.location(), config, sources);
        return new AdapterFiles(place.location(), place.inMemory(), files, weight, MirrorPolicy.REFUSE);
    }

    /**
     * The files of an adapter, with the config that belongs to them.
     *
     * @param config that is given, in PEFT's form; without it the adapter's own counts, of a training checkpoint that has none the one in the folder above, then verl's
     *     {@code lora_train_meta.json}
     */
    public static FileSet configured(String location, Optional<String> config, FileSets sources) throws IOException {
        return ConfiguredFiles.of(location, config, sources);
    }
}
