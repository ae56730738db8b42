package dev.ingot.validate.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for one block of weights, used again for the next one: fresh pages cost more than reading weights into them. What it gave stays valid until
 * {@link #rewind}.
 */
final class Slab implements SegmentAllocator {
    /** For what is small; anything larger gets memory of its own size, so that a slab is no larger than what was in it. */
    private static final long CHUNK = 1L << 20;

    private final Arena arena;
    private final List<MemorySegment> chunks = new ArrayList<>();
    private int chunk;
    private long at;

    Slab(Arena arena) {
        this.arena = arena;
    }

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        while (chunk < chunks.size()) {
            long start = (at + alignment - 1) / alignment * alignment;
            if (start + bytes <= chunks.get(chunk).byteSize()) {
                at = start + bytes;
                return chunks.get(chunk).asSlice(start, bytes);
            }
            chunk++;
            at = 0;
        }
        chunks.add(arena.allocate(Math.max(bytes, CHUNK), Math.max(alignment, 64)));
        at = bytes;
        return chunks.getLast().asSlice(0, bytes);
    }

    /** All that it gave is free again. */
    void rewind() {
        chunk = 0;
        at = 0;
    }
}
