package dev.ingot.pipeline.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.source.FileInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRangeTest {
    @TempDir
    Path folder;

    private FileRange file;

    @BeforeEach
    void write() throws IOException {
        Path path = Files.write(folder.resolve("x"), new byte[] {0, 1, 2, 3});
        file = FileRange.open(path, new FileInfo("x", 4, "id"));
    }

    @Test
    void an_interrupted_reader_stops_and_the_others_read_on() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(ClosedByInterruptException.class, () -> file.read(0, ByteBuffer.allocate(1)));
        assertTrue(Thread.interrupted());
        ByteBuffer into = ByteBuffer.allocate(2);
        file.read(2, into);
        assertArrayEquals(new byte[] {2, 3}, into.array());
    }

    @Test
    void a_closed_file_stays_closed() throws IOException {
        file.close();
        assertThrows(ClosedChannelException.class, () -> file.read(0, ByteBuffer.allocate(1)));
    }
}
