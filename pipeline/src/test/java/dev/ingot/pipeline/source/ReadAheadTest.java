package dev.ingot.pipeline.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class ReadAheadTest {
    private static final int BLOCK = 100;

    private final byte[] content = new byte[1050];
    private final Remote remote = new Remote();

    ReadAheadTest() {
        new Random(1).nextBytes(content);
    }

    @ParameterizedTest
    @CsvSource({"0, 1050", "0, 100", "99, 2", "100, 100", "1049, 1", "1050, 0", "1001, 49", "350, 333"})
    void anyRangeIsWhatTheFileHolds(int position, int length) throws IOException {
        assertArrayEquals(
                Arrays.copyOfRange(content, position, position + length),
                read(new ReadAhead(BLOCK, 3).of(remote), position, length));
    }

    @Test
    void smallReadsOneAfterAnotherFetchEveryBlockOnce() throws IOException {
        RangedFile file = new ReadAhead(BLOCK, 3).of(remote);
        for (int at = 0; at < content.length; at += 10) {
            read(file, at, 10);
        }
        assertEquals(11, remote.reads.get());
    }

    @Test
    void severalThreadsThatReadTheSameBlocksFetchThemOnce() throws Exception {
        RangedFile file = new ReadAhead(BLOCK, 20).of(remote);
        Thread[] threads = IntStream.range(0, 4)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    for (int at = 0; at < content.length; at += 10) {
                        readUnchecked(file, at);
                    }
                }))
                .toArray(Thread[]::new);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(11, remote.reads.get());
    }

    @Test
    void aFetchThatFailedIsTriedAgain() throws IOException {
        RangedFile file = new ReadAhead(BLOCK, 3).of(remote);
        remote.broken = true;
        assertThrows(IOException.class, () -> read(file, 0, 10));
        remote.broken = false;
        assertArrayEquals(Arrays.copyOf(content, 10), read(file, 0, 10));
    }

    @Test
    void readingPastTheEndIsAnError() {
        assertThrows(EOFException.class, () -> read(new ReadAhead(BLOCK, 3).of(remote), 1045, 6));
    }

    @Test
    void aLocalFileIsReadAsItIs(@TempDir Path folder) throws IOException {
        Path path = Files.write(folder.resolve("f"), content);
        try (FileRange local = FileRange.open(path, new FileInfo("f", content.length, "id"))) {
            assertSame(local, new ReadAhead().of(local));
        }
    }

    private static byte[] read(RangedFile file, int position, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.read(position, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private static void readUnchecked(RangedFile file, int position) {
        try {
            read(file, position, 10);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Remote implements RangedFile {
        private final AtomicInteger reads = new AtomicInteger();
        private volatile boolean broken;

        @Override
        public FileInfo info() {
            return new FileInfo("remote", content.length, "etag");
        }

        @Override
        public void read(long position, ByteBuffer into) throws IOException {
            reads.incrementAndGet();
            if (broken) {
                throw new IOException("connection reset");
            }
            into.put(content, (int) position, into.remaining());
        }

        @Override
        public void close() {}
    }
}
