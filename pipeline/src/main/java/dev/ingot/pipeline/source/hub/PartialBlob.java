package dev.ingot.pipeline.source.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** The first bytes of a download, on disk, and the digest of them so far. What an earlier process left is gone on with. Used by one thread, which holds its lock. */
final class PartialBlob implements AutoCloseable {
    private static final int CHUNK = 1 << 18;

    private final HubEntry entry;
    private final FileChannel channel;
    private MessageDigest digest;
    private long length;

    private PartialBlob(HubEntry entry, FileChannel channel) {
        this.entry = entry;
        this.channel = channel;
        this.digest = entry.newDigest();
    }

    /** Opens or makes it, and waits until no other process writes it. */
    static PartialBlob open(Path file, HubEntry entry) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            var lock = channel.lock();
            assert lock.isValid();
            return new PartialBlob(entry, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Takes what an earlier process left into the digest. */
    void resume() throws IOException {
        if (channel.size() > entry.size()) {
            channel.truncate(0);
        }
        channel.position(0);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (channel.read(chunk.clear()) > 0) {
            digest.update(chunk.flip());
            length += chunk.limit();
        }
    }

    /** How many bytes are there. */
    long length() {
        return length;
    }

    boolean isComplete() {
        return length == entry.size();
    }

    /** Appends a stream until it ends or the size is reached; what arrived before an IOException stays. */
    void append(InputStream from, LongConsumer progress) throws IOException {
        byte[] chunk = new byte[CHUNK];
        while (length < entry.size()) {
            int count = from.read(chunk, 0, (int) Math.min(chunk.length, entry.size() - length));
            if (count < 0) {
                throw new IOException("%s ended after %d of %d bytes".formatted(entry.path(), length, entry.size()));
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, count);
            while (bytes.hasRemaining()) {
                channel.write(bytes, length + bytes.position());
            }
            digest.update(chunk, 0, count);
            length += count;
            progress.accept(length);
        }
    }

    /** Forgets all bytes. */
    void restart() throws IOException {
        channel.truncate(0);
        digest = entry.newDigest();
        length = 0;
    }

    /** Hex of the digest; ends the digest. */
    String digest() {
        return HexFormat.of().formatHex(digest.digest());
    }

    void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
