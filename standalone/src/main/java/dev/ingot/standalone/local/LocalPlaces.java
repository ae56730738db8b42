package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterChoice;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.AdapterPlace;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.hub.HubAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What {@code --base} and {@code --adapter} mean on this machine, as locations that every stage opens: a folder; {@code org/name[@revision]} in the cache of Hugging
 * Face's tools; {@code hf://org/name[@revision]}; of an adapter the named subfolder or the trainer's checkpoint that is meant.
 *
 * @param said hears what was not said on the command line, a sentence each
 */
record LocalPlaces(FileSets sources, HuggingFaceCache cache, Consumer<String> said) {
    /** The location of a base; RefusedInput {@code base.not-found} when nothing is there. */
    String base(String text) throws IOException {
        return place("base", text);
    }

    /** The locations of adapters. */
    List<WeightedAdapter> adapters(List<WeightedAdapter> named, Optional<CheckpointChoice> choice) throws IOException {
        List<WeightedAdapter> located = new ArrayList<>();
        for (WeightedAdapter adapter : named) {
            located.add(new WeightedAdapter(adapter(adapter.adapter(), choice), adapter.weight()));
        }
        return located;
    }

    private String adapter(String text, Optional<CheckpointChoice> choice) throws IOException {
        String location = place("adapter", text);
        AdapterPlace meant = new AdapterChoice(sources, choice).of(location);
        if (!meant.location().equals(location) && !location.contains("#")) {
            said.accept("adapter: %s of %s".formatted(last(meant.location()), text));
        }
        return meant.toString();
    }

    /** Last segment of a location, or subfolder on a hub. */
    private static String last(String location) {
        String bare = location.replaceFirst("/+$", "");
        return bare.substring(Math.max(bare.lastIndexOf('/'), bare.lastIndexOf('#')) + 1);
    }

    /**
     * The base that the adapters name.
     *
     * @param adapters at exact places
     * @param config that is given for training checkpoints
     * @throws RefusedInput {@code base.not-named} when they name none, or several
     */
    String baseOf(List<WeightedAdapter> adapters, Optional<String> config) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        for (WeightedAdapter adapter : adapters) {
            String location = AdapterPlace.parse(adapter.adapter()).location();
            names.addAll(AdapterConfig.read(AdapterFiles.configured(location, config, sources)).baseModel().stream()
                    .toList());
        }
        if (names.size() != 1) {
            throw new RefusedInput(
                    "base.not-named",
                    names.isEmpty()
                            ? "No --base is given, and the adapter does not name the base that it was trained on."
                            : "No --base is given, and the adapters name different ones: " + String.join(", ", names)
                                    + ".",
                    "say --base");
        }
        String name = names.iterator().next();
        String location = named(name);
        said.accept("base: " + name + ", as the adapter names it");
        return location;
    }

    private String named(String name) throws IOException {
        try {
            return base(name);
        } catch (RefusedInput refused) {
            throw new RefusedInput(
                    refused.code(),
                    "No --base is given; the adapter names '" + name + "'. " + refused.getMessage(),
                    "say --base; " + refused.remedy(),
                    refused);
        }
    }

    private String place(String what, String text) throws IOException {
        if (HubAddress.isOne(text)) {
            return HubAddress.parse(text).toString();
        }
        if (text.startsWith("s3://")) {
            return text;
        }
        Path path = path(what, text);
        if (Files.isDirectory(path)) {
            return location(whole(path));
        }
        int hash = text.lastIndexOf('#');
        if (hash > 0) {
            return place(what, text.substring(0, hash)) + "#" + text.substring(hash + 1);
        }
        int at = text.indexOf('@');
        String repository = at < 0 ? text : text.substring(0, at);
        if (HubAddress.isRepository(repository) && !Files.exists(path)) {
            return cached(what, repository, at < 0 ? HubAddress.MAIN : text.substring(at + 1));
        }
        throw new RefusedInput(
                what + ".not-found",
                "--%s %s: expected a folder, found %s."
                        .formatted(what, text, Files.exists(path) ? "a file" : "nothing"),
                "check the path; a model on the Hugging Face hub is named hf://org/name");
    }

    private String cached(String what, String repository, String revision) throws IOException {
        Path snapshot = cache.snapshot(repository, revision)
                .orElseThrow(() -> new RefusedInput(
                        what + ".not-found",
                        "--%s %s: there is no such folder, and no such model in %s, the cache of Hugging Face's tools."
                                .formatted(what, repository, cache.folder()),
                        "check the path; a model of that name on the hub: hf://%s@%s downloads it"
                                .formatted(repository, revision)));
        said.accept("%s: %s@%s from Hugging Face's cache, %s".formatted(what, repository, revision, snapshot));
        return location(snapshot);
    }

    /** A repository's folder in a cache means its main branch. */
    private static Path whole(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        String name =
                absolute.getFileName() == null ? "" : absolute.getFileName().toString();
        String[] parts = name.split("--", 3);
        boolean isRepository = parts.length == 3
                && parts[0].equals("models")
                && Files.isDirectory(absolute.resolve("snapshots"))
                && !Files.exists(absolute.resolve("config.json"));
        return isRepository
                ? new HuggingFaceCache(absolute.getParent())
                        .snapshot(parts[1] + "/" + parts[2], HubAddress.MAIN)
                        .orElse(absolute)
                : absolute;
    }

    private static String location(Path folder) {
        return folder.toAbsolutePath().normalize().toUri().toString();
    }

    private static Path path(String what, String text) {
        try {
            return text.startsWith("file:") ? Path.of(URI.create(text)) : Path.of(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    what + ".not-found", "--%s %s is no path.".formatted(what, text), "check the path", e);
        }
    }
}
