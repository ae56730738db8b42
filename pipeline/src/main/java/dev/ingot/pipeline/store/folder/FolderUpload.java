package dev.ingot.pipeline.store.folder;

import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** A file under a temporary name, which vanishes on close. */
final class FolderUpload implements ObjectUpload {
    private final FolderStore store;
    private final String key;
    private final FolderWrites writes;
    private final Path temporary;
    private final FileChannel channel;

    FolderUpload(FolderStore store, String key, FolderWrites writes) throws IOException {
        this.store = store;
        this.key = key;
        this.writes = writes;
        this.temporary = writes.newTemporary();
        // Not Files.createTempFile: it would set mode 0600 whatever the umask says.
        this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    Path temporary() {
        return temporary;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public ObjectInfo complete() throws IOException {
        finishWriting();
        Path target = store.pathOf(key);
        writes.move(temporary, target);
        return FolderListing.infoOf(key, Files.readAttributes(target, BasicFileAttributes.class));
    }

    /** Brings the content to the disk as far as the store promises, and closes the file. */
    void finishWriting() throws IOException {
        writes.sync(channel);
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }
}
