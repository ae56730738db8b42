package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Turns many small reads of remote files into few large ones: whole blocks are fetched, the ones used last are kept, and where blocks are read one after
 * another the next is fetched beforehand. All files of one object share its blocks. Local files are read as they are. Safe for several threads.
 */
public final class ReadAhead {
    private static final int BLOCK_BYTES = 4 << 20;
    private static final int BLOCKS = 8;

    private final int blockBytes;
    private final int capacity;
    private final Map<Key, FutureTask<byte[]>> blocks = new LinkedHashMap<>(16, 0.75f, true);

    /** With 8 blocks of 4 MiB. */
    public ReadAhead() {
        this(BLOCK_BYTES, BLOCKS);
    }

    ReadAhead(int blockBytes, int capacity) {
        this.blockBytes = blockBytes;
        this.capacity = capacity;
    }

    private record Key(RangedFile file, long block) {}

    /** The same file, read by blocks; closing it closes the one given. */
    public RangedFile of(RangedFile file) {
        return file instanceof FileRange ? file : new ByBlocks(file);
    }

    private byte[] block(RangedFile file, long index) throws IOException {
        Key key = new Key(file, index);
        FutureTask<byte[]> fetch = task(key);
        boolean sequential;
        synchronized (blocks) {
            sequential = blocks.containsKey(new Key(file, index - 1));
        }
        if (sequential) {
            fetchBeforehand(new Key(file, index + 1));
        }
        fetch.run();
        try {
            return fetch.get();
        } catch (ExecutionException e) {
            forget(key, fetch);
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(
                    "interrupted while another thread read " + file.info().name());
        }
    }

    private void fetchBeforehand(Key key) {
        if (key.block() * blockBytes >= key.file().info().size()) {
            return;
        }
        synchronized (blocks) {
            if (blocks.containsKey(key)) {
                return;
            }
        }
        Thread.ofVirtual().name("read-ahead").start(task(key));
    }

    /** The fetch of a block, which whoever needs it runs; it happens once. */
    private FutureTask<byte[]> task(Key key) {
        synchronized (blocks) {
            FutureTask<byte[]> task = blocks.computeIfAbsent(key, wanted -> new FutureTask<>(() -> fetch(wanted)));
            if (blocks.size() > capacity) {
                blocks.remove(blocks.keySet().iterator().next());
            }
            return task;
        }
    }

    private void forget(Key key, FutureTask<byte[]> failed) {
        synchronized (blocks) {
            blocks.remove(key, failed);
        }
    }

    private byte[] fetch(Key key) throws IOException {
        long position = key.block() * blockBytes;
        byte[] bytes = new byte[(int) Math.min(blockBytes, key.file().info().size() - position)];
        key.file().read(position, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private final class ByBlocks implements RangedFile {
        private final RangedFile file;

        ByBlocks(RangedFile file) {
            this.file = file;
        }

        @Override
        public FileInfo info() {
            return file.info();
        }

        @Override
        public void read(long position, ByteBuffer into) throws IOException {
            long size = info().size();
            if (position < 0 || into.remaining() > size - position) {
                throw new EOFException("%s has %d bytes; %d from byte %d on were asked for"
                        .formatted(info().name(), size, into.remaining(), position));
            }
            long at = position;
            while (into.hasRemaining()) {
                byte[] block = block(file, at / blockBytes);
                int from = (int) (at % blockBytes);
                int length = Math.min(into.remaining(), block.length - from);
                into.put(block, from, length);
                at += length;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
