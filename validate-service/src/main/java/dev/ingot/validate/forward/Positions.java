package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.family.Rope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tables that depend on positions alone, made once per run. Safe for several threads. */
final class Positions {
    /** Elements of a mask that is kept for the next layer: those of long windows are many, and made faster than they are used. */
    private static final long KEPT = 1 << 18;

    private final Map<Turn, Table> turns = new ConcurrentHashMap<>();
    private final Map<Sight, float[]> looks = new ConcurrentHashMap<>();

    private record Turn(Rope rope, int length) {}

    private record Table(float[] cosines, float[] sines) {}

    /** The first {@code 2 · pairs} elements of every head turned by position; x is windows x heads x positions x width. */
    NDArray turn(NDManager manager, Rope rope, NDArray x) {
        int length = Math.toIntExact(x.getShape().get(2));
        long pairs = rope.pairs();
        Table table = turns.computeIfAbsent(
                new Turn(rope, length), key -> new Table(rope.cosines(length), rope.sines(length)));
        NDArray cosines = manager.create(table.cosines(), new Shape(length, pairs));
        NDArray sines = manager.create(table.sines(), new Shape(length, pairs));
        NDArray first = x.get("..., :{}", pairs);
        NDArray second = x.get("..., {}:{}", pairs, 2 * pairs);
        NDArray left = first.mul(cosines).subi(second.mul(sines));
        NDArray right = second.mul(cosines).addi(first.mul(sines));
        NDArray turned = left.concat(right, 3);
        boolean all = 2 * pairs == x.getShape().get(3);
        return all ? turned : turned.concat(x.get("..., {}:", 2 * pairs), 3);
    }

    /** 0 where a position may look, minus infinity elsewhere: rows x columns. */
    NDArray mask(NDManager manager, Sight sight) {
        boolean small = (long) sight.rows() * sight.columns() <= KEPT;
        float[] mask = small ? looks.computeIfAbsent(sight, Sight::mask) : sight.mask();
        return manager.create(mask, new Shape(sight.rows(), sight.columns()));
    }
}
