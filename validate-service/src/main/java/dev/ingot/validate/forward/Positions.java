package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.family.Rope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tables that depend on positions alone, made once per run, outside the heap. Safe for several threads; used up before the arena closes. */
final class Positions {
    private final Arena arena;
    private final Map<Turn, Table> turns = new ConcurrentHashMap<>();
    private final Map<Triangle, MemorySegment> masks = new ConcurrentHashMap<>();

    private record Turn(Rope rope, int length) {}

    private record Table(MemorySegment cosines, MemorySegment sines) {}

    Positions(Arena arena) {
        this.arena = arena;
    }

    /**
     * The first {@code 2 · pairs} elements of every head turned by position.
     *
     * @param x windows x heads x positions x width
     * @param from position of the first
     * @param length of the windows
     */
    NDArray turn(NDManager manager, Rope rope, NDArray x, int from, int length) {
        long to = from + x.getShape().get(2);
        long pairs = rope.pairs();
        Table table = turns.computeIfAbsent(new Turn(rope, length), this::table);
        NDIndex these = new NDIndex().addSliceDim(from, to);
        Shape shape = new Shape(length, pairs);
        NDArray cosines = Floats.array(manager, table.cosines(), shape).get(these);
        NDArray sines = Floats.array(manager, table.sines(), shape).get(these);
        NDArray first = x.get(last(x, 0, pairs));
        NDArray second = x.get(last(x, pairs, 2 * pairs));
        try (NDArray left = difference(first, cosines, second, sines);
                NDArray right = sum(second, cosines, first, sines)) {
            NDArray turned = left.concat(right, 3);
            boolean all = 2 * pairs == x.getShape().get(3);
            return all ? turned : turned.concat(x.get("..., {}:", 2 * pairs), 3);
        }
    }

    private static NDArray difference(NDArray a, NDArray b, NDArray c, NDArray d) {
        try (NDArray subtracted = c.mul(d)) {
            return a.mul(b).subi(subtracted);
        }
    }

    private static NDArray sum(NDArray a, NDArray b, NDArray c, NDArray d) {
        try (NDArray added = c.mul(d)) {
            return a.mul(b).addi(added);
        }
    }

    private Table table(Turn turn) {
        return new Table(
                stored(turn.rope().cosines(turn.length())), stored(turn.rope().sines(turn.length())));
    }

    /** Puts minus infinity where a position must not look. Scores are … x positions that ask x positions that are seen. */
    void hide(NDArray scores, Sight sight) {
        hide(scores, sight.columns() - sight.rows(), sight.ahead());
        sight.behind().ifPresent(behind -> hide(scores, 0, behind));
    }

    private void hide(NDArray scores, int first, Triangle triangle) {
        MemorySegment mask = masks.computeIfAbsent(triangle, key -> stored(key.mask()));
        Shape shape = new Shape(triangle.rows(), triangle.columns());
        scores.get(last(scores, first, first + triangle.columns()))
                .addi(Floats.array(scores.getManager(), mask, shape));
    }

    /** Elements {@code [from, to)} of the last dimension. */
    private static NDIndex last(NDArray of, long from, long to) {
        return new NDIndex().addAllDim(of.getShape().dimension() - 1).addSliceDim(from, to);
    }

    private synchronized MemorySegment stored(float[] values) {
        MemorySegment memory = arena.allocate((long) values.length * Float.BYTES, Floats.ALIGNMENT);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
        return memory;
    }
}
