package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The files directly in a folder and one level below it. What begins with a dot is nobody's checkpoint and left out, and so are pipes,
 * sockets and devices. Identity is real path, size and time of modification.
 */
public final class FolderFiles implements FileSet {
    private final FolderBoundary boundary;
    private final String location;

    private FolderFiles(FolderBoundary boundary) {
        this.boundary = boundary;
        this.location = boundary.root().toUri().toString();
    }

    /** Opens a folder that exists. */
    public static FolderFiles of(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        return new FolderFiles(FolderBoundary.of(folder));
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public List<FileInfo> list() throws IOException {
        List<FileInfo> found = new ArrayList<>();
        for (Path entry : entriesOf(boundary.root())) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                for (Path below : entriesOf(entry)) {
                    addFile(below, found);
                }
            } else {
                addFile(entry, found);
            }
        }
        found.sort(Comparator.comparing(FileInfo::name));
        SourceNames.requireDistinct(location, found.stream().map(FileInfo::name).toList());
        return List.copyOf(found);
    }

    private void addFile(Path file, List<FileInfo> found) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path real = boundary.resolve(file);
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (attributes.isRegularFile()) {
            String name = boundary.root()
                    .relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            found.add(infoOf(SourceNames.require(location, name), real, attributes));
        }
    }

    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        SourceNames.require(location, name);
        Path file = boundary.root().resolve(name);
        if (!SourceNames.isSeen(name) || !exists(file)) {
            return Optional.empty();
        }
        Path real = boundary.resolve(file);
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            return Optional.empty();
        }
        return Optional.of(FileRange.open(real, infoOf(name, real, attributes)));
    }

    /** Looks at the name itself, so that a broken link is there and can be refused as one. */
    private static boolean exists(Path file) throws IOException {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (FileSystemException e) {
            if (Files.isRegularFile(file.getParent())) {
                return false;
            }
            throw e;
        }
    }

    private static List<Path> entriesOf(Path folder) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path entry : stream) {
                if (!entry.getFileName().toString().startsWith(".")) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    private static FileInfo infoOf(String name, Path real, BasicFileAttributes attributes) {
        long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        return new FileInfo(name, attributes.size(), real + ":" + attributes.size() + ":" + Long.toHexString(modified));
    }

    @Override
    public String toString() {
        return location;
    }
}
