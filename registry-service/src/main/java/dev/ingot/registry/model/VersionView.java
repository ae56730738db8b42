package dev.ingot.registry.model;

import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Manifest.ManifestFile;
import java.time.Instant;
import java.util.List;

/**
 * A published version.
 *
 * @param run that made it, {@code team/run}
 * @param size of all files, in bytes
 * @param aliases that point at it
 */
public record VersionView(
        String team,
        String model,
        int version,
        String run,
        Instant publishedAt,
        long size,
        List<FileView> files,
        List<String> aliases) {
    public VersionView {
        files = List.copyOf(files);
        aliases = List.copyOf(aliases);
    }

    /**
     * One file of the checkpoint.
     *
     * @param href where to get it; a path on the same host
     */
    public record FileView(String path, long size, String sha256, String href) {}

    static VersionView of(Manifest manifest, List<String> aliases) {
        String root =
                "/api/teams/" + manifest.team() + "/models/" + manifest.model() + "/versions/" + manifest.version();
        return new VersionView(
                manifest.team(),
                manifest.model(),
                manifest.version(),
                manifest.run().toString(),
                manifest.publishedAt(),
                manifest.files().stream().mapToLong(ManifestFile::size).sum(),
                manifest.files().stream()
                        .map(file ->
                                new FileView(file.path(), file.size(), file.sha256(), root + "/files/" + file.path()))
                        .toList(),
                aliases);
    }
}
