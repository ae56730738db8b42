package dev.ingot.pipeline.store.folder;

import dev.ingot.pipeline.store.ObjectInfo;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Walks a folder for its objects: regular files, without what is still being uploaded, and without what vanishes meanwhile. */
final class FolderListing extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<ObjectInfo> found = new ArrayList<>();

    private FolderListing(Path root) {
        this.root = root;
    }

    static List<ObjectInfo> of(Path root, String prefix) throws IOException {
        FolderListing listing = new FolderListing(root);
        Path start = root.resolve(prefix);
        if (Files.isDirectory(start)) {
            Files.walkFileTree(start, listing);
        }
        listing.found.sort(Comparator.comparing(ObjectInfo::key));
        return List.copyOf(listing.found);
    }

    static ObjectInfo infoOf(String key, BasicFileAttributes attributes) {
        long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        String identity = attributes.size() + "-" + Long.toHexString(modified);
        return new ObjectInfo(
                key, attributes.size(), identity, attributes.lastModifiedTime().toInstant());
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        return folder.equals(root.resolve(FolderStore.UPLOADS))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (attributes.isRegularFile()) {
            String key = root.relativize(file).toString().replace(File.separatorChar, '/');
            found.add(infoOf(key, attributes));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @org.jspecify.annotations.Nullable IOException e)
            throws IOException {
        return e == null || e instanceof NoSuchFileException
                ? FileVisitResult.CONTINUE
                : super.postVisitDirectory(folder, e);
    }
}
