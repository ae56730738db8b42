package dev.ingot.pipeline.report;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.GateOverride;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a published version consists of; {@code manifest.json}.
 *
 * @param schema 1
 * @param files every file of the checkpoint, by path
 * @param overrides who let it out past which gate; null where every gate let it out
 */
public record Manifest(
        int schema,
        String team,
        String model,
        int version,
        RunRef run,
        Instant publishedAt,
        List<ManifestFile> files,
        @Nullable List<GateOverride> overrides) {
    public Manifest {
        files = List.copyOf(files);
        overrides = overrides == null || overrides.isEmpty() ? null : List.copyOf(overrides);
    }

    /** Of a version that every gate let out. */
    public Manifest(
            int schema,
            String team,
            String model,
            int version,
            RunRef run,
            Instant publishedAt,
            List<ManifestFile> files) {
        this(schema, team, model, version, run, publishedAt, files, null);
    }

    /**
     * One file of the checkpoint.
     *
     * @param path in the checkpoint
     * @param key of the object that holds it
     */
    public record ManifestFile(String path, String key, long size, String sha256) {}
}
