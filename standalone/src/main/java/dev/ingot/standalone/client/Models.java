package dev.ingot.standalone.client;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The published models of an installation. */
public record Models(Registry registry) {
    /**
     * A model.
     *
     * @param versions newest first
     * @param aliases name to version
     */
    public record Model(String team, String name, List<Version> versions, Map<String, Long> aliases) {
        public Model {
            versions = List.copyOf(versions);
            aliases = Map.copyOf(aliases);
        }

        /** The version with this number or alias; the newest for an empty text. */
        public Optional<Version> version(String named) {
            if (named.isEmpty()) {
                return versions.stream().findFirst();
            }
            long number = named.matches("[0-9]{1,9}") ? Long.parseLong(named) : aliases.getOrDefault(named, -1L);
            return versions.stream()
                    .filter(version -> version.number() == number)
                    .findFirst();
        }
    }

    /** A version with its files. */
    public record Version(long number, String run, String publishedAt, long size, List<VersionFile> files) {
        public Version {
            files = List.copyOf(files);
        }
    }

    /** A file of a version; {@code path} stays inside the folder that it is put into. */
    public record VersionFile(String path, long size, String sha256) {
        public VersionFile {
            if (!path.matches("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*") || size < 0) {
                throw new RefusedInput(
                        "pull.bad-path",
                        "the server names a file '" + path + "', which is no path inside a folder.",
                        "do not trust this server");
            }
        }
    }

    public List<JsonObject> documents() throws IOException, InterruptedException {
        return registry.get("api", "models") instanceof JsonObject answer
                ? RunState.objects(answer, "models")
                : List.of();
    }

    public List<Model> all() throws IOException, InterruptedException {
        return documents().stream().map(Models::model).toList();
    }

    /** One model; RefusedInput when there is none of that name. */
    public Model of(String team, String name) throws IOException, InterruptedException {
        if (registry.get("api", "teams", team, "models", name) instanceof JsonObject answer) {
            return model(answer);
        }
        throw new IOException("the server answered something that is no JSON object");
    }

    /** How to fetch one file. */
    public Download download(Model model, Version version, VersionFile file, java.nio.file.Path target) {
        String[] start = {
            "api", "teams", model.team(), "models", model.name(), "versions", Long.toString(version.number()), "files"
        };
        String[] path = file.path().split("/");
        String[] all = java.util.Arrays.copyOf(start, start.length + path.length);
        System.arraycopy(path, 0, all, start.length, path.length);
        return new Download(registry, registry.address(all), target, file.size(), file.sha256());
    }

    private static Model model(JsonObject told) {
        Map<String, Long> aliases = new TreeMap<>();
        told.object("aliases").orElse(JsonObject.empty()).members().forEach((name, value) -> {
            if (value instanceof JsonNumber number && number.isWhole()) {
                aliases.put(name, number.asLong());
            }
        });
        return new Model(
                told.text("team").orElse(""),
                told.text("model").orElse(""),
                RunState.objects(told, "versions").stream().map(Models::version).toList(),
                aliases);
    }

    private static Version version(JsonObject told) {
        return new Version(
                told.integer("version").orElse(0L),
                told.text("run").orElse(""),
                told.text("publishedAt").orElse(""),
                told.integer("size").orElse(0L),
                RunState.objects(told, "files").stream()
                        .map(file -> new VersionFile(
                                file.text("path").orElse(""),
                                file.integer("size").orElse(-1L),
                                file.text("sha256").orElse("")))
                        .toList());
    }
}
