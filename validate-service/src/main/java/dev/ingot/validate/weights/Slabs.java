package dev.ingot.validate.weights;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;

/** The slabs of one run: as many as blocks are in memory at once. Closing frees them all. Safe for several threads. */
public final class Slabs implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Deque<Slab> free = new ArrayDeque<>();
    private final Readers readers;

    /** @param threads that read a matrix together */
    public Slabs(int threads) {
        readers = new Readers(threads);
    }

    synchronized Slab take() {
        Slab known = free.poll();
        return known == null ? new Slab(arena, readers) : known;
    }

    synchronized void giveBack(Slab slab) {
        slab.rewind();
        free.push(slab);
    }

    @Override
    public void close() {
        readers.close();
        arena.close();
    }
}
