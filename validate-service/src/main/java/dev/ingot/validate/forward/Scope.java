package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory of one step of the computation: what torch makes in it and the numbers that are handed to it, all freed by closing. (DJL puts numbers from the
 * heap into direct buffers, which stay until the garbage collector comes by.) For one thread.
 */
final class Scope implements AutoCloseable {
    private static final NDIndex ALL = new NDIndex(":");

    private final NDManager manager;
    private final Arena arena = Arena.ofConfined();

    /** @param above under which it is; closed no earlier than this */
    Scope(NDManager above) {
        manager = above.newSubManager();
    }

    NDManager manager() {
        return manager;
    }

    /** These values as an array of this step. */
    NDArray array(float[] values, Shape shape) {
        MemorySegment memory = arena.allocate((long) values.length * Float.BYTES, Floats.ALIGNMENT);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
        return Floats.array(manager, memory, shape);
    }

    /** The same memory as an array of this step, so that what is made of it belongs to this step too. */
    NDArray view(NDArray array) {
        return array.get(manager, ALL);
    }

    @Override
    public void close() {
        try (arena) {
            manager.close();
        }
    }
}
