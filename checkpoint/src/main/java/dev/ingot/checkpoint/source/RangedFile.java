package dev.ingot.checkpoint.source;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file that is read by position. Safe for reading from several threads at once. The opener closes it. */
public interface RangedFile extends AutoCloseable {
    FileInfo info();

    /** Fills {@code into} from {@code position} on; throws EOFException when the file ends before it is full. */
    void read(long position, ByteBuffer into) throws IOException;

    @Override
    void close() throws IOException;

    /** Closes all of them, and throws what the first one threw that could not be closed. */
    static void closeAll(Iterable<RangedFile> files) throws IOException {
        IOException first = null;
        for (RangedFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
