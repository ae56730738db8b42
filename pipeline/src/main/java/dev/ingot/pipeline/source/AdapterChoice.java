package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterFolders;
import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.model.TrainingFolder;
import dev.ingot.checkpoint.names.AdapterName;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.source.hub.HubAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which adapter is meant by a place that may hold several: a trainer's output folder, adapters in named subfolders, a training checkpoint with several adapters in memory. The
 * same for the command line and for requests.
 *
 * @param checkpoint which of a trainer's checkpoints, where one was asked for
 */
public record AdapterChoice(FileSets sources, Optional<CheckpointChoice> checkpoint) {
    /**
     * The adapter at {@code folder}, or at {@code folder#name}, where name is a subfolder or a name in memory; with a checkpoint, the name may stand inside of that. An exact
     * place is its own answer.
     *
     * @param asked {@code file:///folder}, {@code s3://bucket/prefix} or {@code hf://org/name@revision}, each with a {@code #name} or without
     * @throws RefusedInput {@code adapter.several}, {@code adapter.no-checkpoint} or {@code adapter.not-found} with what there is to choose from
     */
    public AdapterPlace of(String asked) throws IOException {
        AdapterPlace exact = AdapterPlace.parse(asked);
        if (HubAddress.isOne(asked) && !exact.inMemory().isEmpty()) {
            return inMemory(exact.location(), exact.inMemory());
        }
        int hash = asked.indexOf('#');
        String root = hash < 0 ? asked : asked.substring(0, hash);
        String name = hash < 0 ? "" : asked.substring(hash + 1);
        if (name.isEmpty()) {
            return new AdapterPlace(chosen(root, checkpoint), "");
        }
        if (name.indexOf('#') >= 0) {
            throw notThere(root, name, List.of());
        }
        SourceNames.require(asked, name);
        String inRoot = SourceLocation.below(root, name);
        if (isThere(inRoot)) {
            return new AdapterPlace(chosen(inRoot, checkpoint), "");
        }
        if (checkpoint.isEmpty()) {
            return inMemory(root, name);
        }
        String folder = folderIn(root, checkpoint);
        String inFolder = SourceLocation.below(folder, name);
        return isThere(inFolder) ? new AdapterPlace(inFolder, "") : inMemory(folder, name);
    }

    /** The folder of the checkpoint, the only adapter below, or the place itself. */
    private String chosen(String location, Optional<CheckpointChoice> choice) throws IOException {
        String folder = folderIn(location, choice);
        return folder.equals(location) ? location : chosen(folder, Optional.empty());
    }

    private String folderIn(String location, Optional<CheckpointChoice> choice) throws IOException {
        FileSet files = sources.open(location);
        String folder = AdapterFolders.of(files).choose(files, choice);
        return folder.isEmpty() ? location : SourceLocation.below(location, folder);
    }

    private AdapterPlace inMemory(String location, String name) throws IOException {
        FileSet files = sources.open(location);
        Set<String> names = Set.of();
        if (TrainingFolder.is(files) || files.list().stream().anyMatch(file -> TensorCatalog.isAdapter(file.name()))) {
            names = TensorCatalog.ofAdapter(files)
                    .map(catalog -> AdapterName.all(catalog.tensors().keySet()))
                    .orElse(Set.of());
        }
        if (names.contains(name)) {
            return new AdapterPlace(location, name);
        }
        List<String> candidates = new ArrayList<>(AdapterFolders.of(files).candidates());
        candidates.addAll(names);
        throw notThere(location, name, candidates);
    }

    private static RefusedInput notThere(String location, String name, List<String> candidates) {
        return new RefusedInput(
                "adapter.not-found",
                "%s has no adapter '%s', neither in a folder nor by a name in its keys; it has %s."
                        .formatted(
                                location, name, candidates.isEmpty() ? "no such name" : String.join(", ", candidates)),
                "name one of these after the #");
    }

    /** Whether there are files at a place. */
    private boolean isThere(String location) throws IOException {
        try {
            return !sources.open(location).list().isEmpty();
        } catch (RefusedInput refused) {
            if (refused.code().equals("source.missing")) {
                return false;
            }
            throw refused;
        }
    }
}
