package dev.ingot.pipeline.report;

import dev.ingot.pipeline.RunRef;
import java.time.Instant;
import java.util.List;

/**
 * What a published version consists of; {@code manifest.json}.
 *
 * @param schema 1
 * @param files every file of the checkpoint, by path
 */
public record Manifest(
        int schema, String team, String model, int version, RunRef run, Instant publishedAt, List<ManifestFile> files) {
    public Manifest {
        files = List.copyOf(files);
    }

    /**
     * One file of the checkpoint.
     *
     * @param path in the checkpoint
     * @param key of the object that holds it
     */
    public record ManifestFile(String path, String key, long size, String sha256) {}
}
