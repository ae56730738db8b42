package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.pipeline.source.FileRange;
import dev.ingot.pipeline.source.RemoteFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A large file on the hub. Headers are read by ranges; who goes on to read more than a few headers' worth wants the weights, and gets them from a verified download. What ranges
 * gave is verified then too: a plan names the file by its digest.
 */
final class HubFile implements RemoteFile {
    private static final int HEAD = 1 << 19;

    private final HubAddress pinned;
    private final HubEntry entry;
    private final FileInfo info;
    private final Hub hub;
    private final AtomicLong asked;
    private @Nullable ByteBuffer head;
    private @Nullable FileRange whole;

    /** @param asked bytes that ranges of this content have given so far, to anyone */
    HubFile(HubAddress pinned, HubEntry entry, FileInfo info, Hub hub, AtomicLong asked) {
        this.pinned = pinned;
        this.entry = entry;
        this.info = info;
        this.hub = hub;
        this.asked = asked;
    }

    @Override
    public FileInfo info() {
        return info;
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
        if (position < 0 || into.remaining() > info.size() - position) {
            throw new EOFException("%s has %d bytes; %d from byte %d on were asked for"
                    .formatted(info.name(), info.size(), into.remaining(), position));
        }
        if (position + into.remaining() <= HEAD && !isWhole()) {
            into.put(head().slice((int) position, into.remaining()));
        } else if (isWhole() || asked.addAndGet(into.remaining()) > Hub.MOST_BY_RANGES) {
            whole().read(position, into);
        } else {
            into.put(range(position, into.remaining()));
        }
    }

    @Override
    public void requireWhole() throws IOException {
        var _ = whole();
    }

    private synchronized boolean isWhole() {
        return whole != null;
    }

    private synchronized ByteBuffer head() throws IOException {
        if (head == null) {
            head = range(0, (int) Math.min(HEAD, info.size()));
        }
        return head;
    }

    private ByteBuffer range(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        hub.readRange(pinned, entry, position, bytes);
        return bytes.flip();
    }

    private synchronized FileRange whole() throws IOException {
        if (whole == null) {
            whole = FileRange.open(hub.fetch(pinned, entry), info);
        }
        return whole;
    }

    @Override
    public synchronized void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }
}
