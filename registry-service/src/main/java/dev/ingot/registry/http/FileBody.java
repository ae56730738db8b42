package dev.ingot.registry.http;

import dev.ingot.checkpoint.source.RangedFile;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Streams a range of an object to a client and closes it, whatever happens. Memory does not depend on the size. */
record FileBody(RangedFile file, ByteRange range) implements StreamingOutput {
    private static final int CHUNK = 1 << 18;

    @Override
    public void write(OutputStream out) throws IOException {
        try (RangedFile open = file) {
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(range.length(), 1)));
            for (long at = 0; at < range.length(); at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), range.length() - at));
                open.read(range.first() + at, chunk);
                out.write(chunk.array(), 0, chunk.limit());
            }
        }
    }
}
