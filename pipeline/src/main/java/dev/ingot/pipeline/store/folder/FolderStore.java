package dev.ingot.pipeline.store.folder;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.FileRange;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/**
 * Objects as files of a local folder, which several processes of one machine may share. A file is written under a name in
 * {@code .uploads} first and linked (create-once) or moved (uploads) into place, so that no reader sees half an object. Empty folders
 * may stay behind. Modes follow the umask.
 */
public final class FolderStore implements ObjectStore {
    static final String UPLOADS = ".uploads";

    private final Path root;
    private final FolderWrites writes;

    private FolderStore(Path root, FolderWrites writes) {
        this.root = root;
        this.writes = writes;
    }

    /** A store whose objects outlive a power cut once they are acknowledged: contents and folders are synced to the disk. */
    public static FolderStore durable(Path root) throws IOException {
        return open(root, true);
    }

    /** A store for what is made again after a power cut: outlives the process, not the machine, and spares the syncs. */
    public static FolderStore scratch(Path root) throws IOException {
        return open(root, false);
    }

    private static FolderStore open(Path root, boolean synced) throws IOException {
        Files.createDirectories(root);
        Path real = root.toRealPath();
        FolderWrites writes = new FolderWrites(real.resolve(UPLOADS), synced);
        writes.discardAbandoned();
        return new FolderStore(real, writes);
    }

    /** Where an object's file is or would be. */
    public Path pathOf(String key) {
        ObjectKeys.require(key);
        if (key.equals(UPLOADS) || key.startsWith(UPLOADS + "/")) {
            throw new IllegalArgumentException("key " + key + " stands where uploads are kept");
        }
        return root.resolve(key);
    }

    @Override
    public Optional<RangedFile> open(String key) throws IOException {
        Path path = pathOf(key);
        Optional<BasicFileAttributes> attributes = attributesOf(path);
        if (attributes.isEmpty() || !attributes.get().isRegularFile()) {
            return Optional.empty();
        }
        ObjectInfo info = FolderListing.infoOf(key, attributes.get());
        try {
            return Optional.of(FileRange.open(path, new FileInfo(key, info.size(), info.identity())));
        } catch (NoSuchFileException deletedMeanwhile) {
            return Optional.empty();
        }
    }

    @Override
    public boolean createOnce(String key, byte[] content) throws IOException {
        Path target = pathOf(key);
        if (isTaken(key, target)) {
            return false;
        }
        try (FolderUpload upload = new FolderUpload(this, key, writes)) {
            upload.write(ByteBuffer.wrap(content));
            upload.finishWriting();
            writes.link(upload.temporary(), target);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (isTaken(key, target)) {
                return false;
            }
            throw new IOException("key " + key + " lies below an object in " + root, e);
        }
    }

    private boolean isTaken(String key, Path target) throws IOException {
        Optional<BasicFileAttributes> attributes = attributesOf(target);
        if (attributes.isPresent() && attributes.get().isDirectory()) {
            throw new IOException("key " + key + " is a folder in " + root + ", so other keys may begin with it");
        }
        return attributes.isPresent();
    }

    @Override
    public ObjectUpload upload(String key) throws IOException {
        pathOf(key);
        return new FolderUpload(this, key, writes);
    }

    @Override
    public List<ObjectInfo> list(String prefix) throws IOException {
        return FolderListing.of(root, ObjectKeys.requirePrefix(prefix));
    }

    @Override
    public void delete(String key) throws IOException {
        Path path = pathOf(key);
        Optional<BasicFileAttributes> attributes = attributesOf(path);
        if (attributes.isPresent() && attributes.get().isRegularFile()) {
            writes.delete(path);
        }
    }

    /** What the file system knows of a path, or empty when nothing is there; any other failure is passed on. */
    private Optional<BasicFileAttributes> attributesOf(Path path) throws IOException {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if (liesBelowFile(path)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private boolean liesBelowFile(Path path) {
        for (Path up = path.getParent(); up != null && up.startsWith(root); up = up.getParent()) {
            if (Files.isRegularFile(up)) {
                return true;
            }
        }
        return false;
    }
}
