package dev.ingot.validate;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Manifest.ManifestFile;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Publishes a checkpoint as the next version of a model: the manifest is the act. */
final class Publication {
    private static final String MANIFEST = "/manifest.json";

    private final ObjectStore store;
    private final RunFiles files;
    private final ModelKeys keys;

    Publication(ObjectStore store, String team, String model) {
        this.store = store;
        this.files = new RunFiles(store);
        this.keys = new ModelKeys(team, model);
    }

    /** The manifest of this run's version: one that an earlier try wrote, or a new one under the next free number. */
    Manifest publish(RunRef run, String model, Instant at, Map<String, ObjectRef> objects, List<GateOverride> overrides)
            throws IOException {
        List<Integer> taken = versions();
        for (int version : taken.reversed()) {
            Optional<Manifest> known = files.read(keys.manifest(version), Manifest.class);
            if (known.isPresent() && known.get().run().equals(run)) {
                return known.get();
            }
        }
        List<ManifestFile> listed = objects.entrySet().stream()
                .map(file -> new ManifestFile(
                        file.getKey(),
                        file.getValue().key(),
                        file.getValue().size(),
                        file.getValue().sha256()))
                .toList();
        int next = taken.isEmpty() ? 1 : taken.getLast() + 1;
        while (true) {
            Manifest mine = new Manifest(1, run.team(), model, next, run, at, listed, overrides);
            Manifest standing = files.createOrRead(keys.manifest(next), mine, Manifest.class);
            if (standing.run().equals(run)) {
                return standing;
            }
            next++;
        }
    }

    /** Numbers of the versions that exist, ascending. */
    private List<Integer> versions() throws IOException {
        String folder = keys.versions();
        return store.list(folder).stream()
                .map(object -> object.key().substring(folder.length()))
                .filter(key -> key.endsWith(MANIFEST))
                .map(key -> key.substring(0, key.length() - MANIFEST.length()))
                .filter(number -> number.matches("[0-9]{1,9}"))
                .map(Integer::valueOf)
                .sorted()
                .toList();
    }
}
