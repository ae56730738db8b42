package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.raw.RawFiles;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.store.ObjectReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Opens locations of checkpoints, and only those that are allowed. Immutable.
 *
 * <p>Refusals: {@code source.location} (not understood), {@code source.not-allowed}, {@code source.missing}.
 */
public final class Sources implements FileSets {
    private final Optional<List<Path>> folders;
    private final Map<String, ObjectReader> buckets;
    private final Optional<Buckets> anyBucket;
    private final Optional<FileSets> hub;

    private Sources(
            Optional<List<Path>> folders,
            Map<String, ObjectReader> buckets,
            Optional<Buckets> anyBucket,
            Optional<FileSets> hub) {
        this.folders = folders;
        this.buckets = buckets;
        this.anyBucket = anyBucket;
        this.hub = hub;
    }

    /** Finds a bucket by its name. */
    @FunctionalInterface
    public interface Buckets {
        /** RefusedInput where no bucket can be read. */
        ObjectReader bucket(String name);
    }

    /** Every folder that this process may read: for a command line, whose user names the folders. */
    public static Sources anyFolder() {
        return new Sources(Optional.empty(), Map.of(), Optional.empty(), Optional.empty());
    }

    /** These folders and what is below them: for a service, whose callers name the folders. */
    public static Sources folders(List<Path> allowed) {
        return new Sources(
                Optional.of(allowed.stream()
                        .map(path -> path.toAbsolutePath().normalize())
                        .toList()),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** These sources, and a bucket. */
    public Sources withBucket(String name, ObjectReader reader) {
        Map<String, ObjectReader> more = new TreeMap<>(buckets);
        more.put(name, reader);
        return new Sources(folders, more, anyBucket, hub);
    }

    /** These sources, and every bucket of a service: for a command line, whose user names it. */
    public Sources withBuckets(Buckets service) {
        return new Sources(folders, buckets, Optional.of(service), hub);
    }

    /** These sources, and a hub, which knows itself what of it may be read. */
    public Sources withHub(FileSets opening) {
        return new Sources(folders, buckets, anyBucket, Optional.of(opening));
    }

    /** Opens {@code s3://bucket/prefix}, {@code hf://org/name@revision}, {@code file:///folder} or a path. A worker opens a set's {@link FileSet#location()} again. */
    @Override
    public FileSet open(String location) throws IOException {
        return new RawFiles(
                switch (SourceLocation.parse(location)) {
                    case SourceLocation.Folder folder -> openFolder(folder.path());
                    case SourceLocation.Bucket bucket -> openBucket(bucket);
                    case SourceLocation.OnHub onHub ->
                        hub.orElseThrow(() -> notAllowed(onHub.location())).open(onHub.location());
                });
    }

    private FileSet openFolder(Path folder) throws IOException {
        // By name first, so that nobody learns what exists outside; by real path then, so that no link leads out.
        requireAllowed(folder, folder);
        if (!Files.isDirectory(folder)) {
            throw new RefusedInput(
                    "source.missing",
                    "There is no folder " + folder + "; expected the folder of a checkpoint or adapter.",
                    "Check the path; it must exist on the machine that runs this stage. What is on a hub is named hf://org/name.");
        }
        requireAllowed(folder, folder.toRealPath());
        return FolderFiles.of(folder);
    }

    private void requireAllowed(Path asked, Path folder) throws IOException {
        if (folders.isEmpty()) {
            return;
        }
        for (Path allowed : folders.get()) {
            boolean isBelow = folder.startsWith(allowed)
                    || (Files.isDirectory(allowed) && folder.startsWith(allowed.toRealPath()));
            if (isBelow) {
                return;
            }
        }
        throw notAllowed(asked.toString());
    }

    private FileSet openBucket(SourceLocation.Bucket bucket) {
        String location = "s3://" + bucket.name() + "/" + bucket.prefix();
        ObjectReader named = buckets.get(bucket.name());
        if (named == null && anyBucket.isEmpty()) {
            throw notAllowed(location);
        }
        ObjectReader reader = named == null ? anyBucket.get().bucket(bucket.name()) : named;
        return new StoreFiles(reader, bucket.prefix(), location);
    }

    private RefusedInput notAllowed(String asked) {
        List<String> allowed = new ArrayList<>();
        folders.ifPresentOrElse(
                paths -> paths.forEach(path -> allowed.add(path.toString())), () -> allowed.add("any folder"));
        buckets.keySet().forEach(name -> allowed.add("s3://" + name));
        return new RefusedInput(
                "source.not-allowed",
                "The source " + asked + " is not allowed here; allowed: "
                        + (allowed.isEmpty() ? "none" : String.join(", ", allowed)) + ".",
                "Put the checkpoint into an allowed place, or allow this one: ingot.sources.allowed of a service, `ingot up --allow DIR`.");
    }
}
