package dev.ingot.pipeline.store.memory;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import java.io.EOFException;
import java.nio.ByteBuffer;

/** One object; never changes, so it is its own open file. */
record MemoryObject(ObjectInfo listed, byte[] content) implements RangedFile {
    @Override
    public FileInfo info() {
        return new FileInfo(listed.key(), listed.size(), listed.identity());
    }

    @Override
    public void read(long position, ByteBuffer into) throws EOFException {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position + " in " + listed.key() + " is negative");
        }
        if (into.remaining() > content.length - position) {
            throw new EOFException("object " + listed.key() + " ends at byte " + content.length + ", expected "
                    + into.remaining() + " from byte " + position);
        }
        into.put(content, (int) position, into.remaining());
    }

    @Override
    public void close() {}
}
