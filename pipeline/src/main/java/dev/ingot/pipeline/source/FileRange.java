package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A local file that is read by position, from any number of threads. An interrupt closes a channel for everyone who reads through it; so
 * the others find it open again, and only the interrupted thread gets ClosedByInterruptException.
 */
public final class FileRange implements RangedFile {
    private final Path path;
    private final FileInfo info;
    private final Object lock = new Object();
    private volatile FileChannel channel;
    private volatile boolean closed;

    private FileRange(Path path, FileInfo info, FileChannel channel) {
        this.path = path;
        this.info = info;
        this.channel = channel;
    }

    /** Opens a regular file; NoSuchFileException when there is none. */
    public static FileRange open(Path path, FileInfo info) throws IOException {
        return new FileRange(path, info, FileChannel.open(path, StandardOpenOption.READ));
    }

    @Override
    public FileInfo info() {
        return info;
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position + " in " + path + " is negative");
        }
        long at = position;
        while (into.hasRemaining()) {
            int count = readOnce(at, into);
            if (count < 0) {
                throw new EOFException(path + " ends at byte " + channel.size() + ", expected " + into.remaining()
                        + " more from byte " + at);
            }
            at += count;
        }
    }

    private int readOnce(long at, ByteBuffer into) throws IOException {
        while (true) {
            FileChannel current = channel;
            try {
                return current.read(into, at);
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (ClosedChannelException e) {
                reopen(current, e);
            }
        }
    }

    private void reopen(FileChannel found, ClosedChannelException why) throws IOException {
        synchronized (lock) {
            if (closed) {
                throw why;
            }
            if (channel.equals(found)) {
                channel = sameFile();
            }
        }
    }

    private FileChannel sameFile() throws IOException {
        FileChannel again = FileChannel.open(path, StandardOpenOption.READ);
        if (again.size() != info.size()) {
            long size = again.size();
            again.close();
            throw new IOException(path + " changed while it was read: " + size + " bytes, expected " + info.size());
        }
        return again;
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
            channel.close();
        }
    }
}
