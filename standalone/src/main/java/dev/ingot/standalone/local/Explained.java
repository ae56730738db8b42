package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.ingest.Explanation;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.AdapterPlace;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a merge would make of adapters, each by itself, from wherever a merge reads them.
 *
 * @param adapters their places, in order
 * @param each likewise
 * @param conflict why they cannot be merged together, although each can by itself
 */
public record Explained(List<String> adapters, List<Explanation> each, Optional<RefusedInput> conflict) {
    public Explained {
        adapters = List.copyOf(adapters);
        each = List.copyOf(each);
    }

    /**
     * Reads headers, and of a hub what holds no headers whole.
     *
     * @param base as {@link MergeOptions} has it; empty for the one that the adapters name
     * @param config in PEFT's form, for training checkpoints that have none
     */
    public static Explained of(
            Terminal terminal,
            Optional<String> base,
            List<WeightedAdapter> adapters,
            Optional<CheckpointChoice> checkpoint,
            Optional<String> config)
            throws IOException {
        Sources sources = new LocalSources(System.getenv()).open();
        LocalPlaces places = new LocalPlaces(sources, HuggingFaceCache.of(System.getenv()), terminal::say);
        List<WeightedAdapter> located = places.adapters(adapters, checkpoint);
        FileSet files = sources.open(base.isPresent() ? places.base(base.get()) : places.baseOf(located, config));
        List<String> shown = new ArrayList<>();
        List<AdapterFiles> opened = new ArrayList<>();
        List<Explanation> each = new ArrayList<>();
        for (WeightedAdapter adapter : located) {
            AdapterFiles source =
                    AdapterFiles.of(AdapterPlace.parse(adapter.adapter()), adapter.weight(), config, sources);
            shown.add(adapter.text());
            opened.add(source);
            each.add(Explanation.of(files, source));
        }
        boolean readable = each.stream().allMatch(one -> one.refusal().isEmpty());
        return new Explained(
                shown, each, readable && each.size() > 1 ? Explanation.conflict(files, opened) : Optional.empty());
    }

    /** The first reason for which a run of all of them would be refused. */
    public Optional<RefusedInput> refusal() {
        return each.stream().flatMap(one -> one.refusal().stream()).findFirst().or(() -> conflict);
    }
}
