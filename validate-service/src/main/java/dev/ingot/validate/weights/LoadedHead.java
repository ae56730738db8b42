package dev.ingot.validate.weights;

import dev.ingot.validate.family.Linear;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A stretch of the vocabulary of every side's output embedding. Closing gives its memory to the next one. */
public final class LoadedHead implements AutoCloseable {
    private final Slabs slabs;
    private final Slab slab;
    private final long first;
    private final List<LoadedLinear> sides;

    private LoadedHead(Slabs slabs, Slab slab, long first, List<LoadedLinear> sides) {
        this.slabs = slabs;
        this.slab = slab;
        this.first = first;
        this.sides = sides;
    }

    /** Loads the rows {@code [first, first + rows)}; the sides are base, unmerged and merged, of which the first two share what is equal, or one alone. */
    public static LoadedHead load(Slabs slabs, List<Side> sides, long first, long rows) throws IOException {
        Slab slab = slabs.take();
        List<LoadedLinear> loaded = new ArrayList<>();
        for (Side side : sides) {
            boolean shared = !loaded.isEmpty() && side.variant() == Side.Variant.UNMERGED && sharesHead(side, sides.getFirst());
            Linear head = head(side, first, rows);
            loaded.add(shared ? loaded.getFirst().withDeltaOf(slab, side, head) : LoadedLinear.load(slab, side, head));
        }
        return new LoadedHead(slabs, slab, first, loaded);
    }

    private static Linear head(Side side, long first, long rows) {
        String tensor = side.recipe().head();
        String module = tensor.substring(0, tensor.length() - ".weight".length());
        return Linear.of(module, first, rows, side.recipe().hidden(), false);
    }

    private static boolean sharesHead(Side unmerged, Side base) {
        String origin = unmerged.weights().origin(unmerged.recipe().head());
        return origin.equals(base.weights().origin(base.recipe().head()));
    }

    /** Index of the first token of the stretch. */
    public long first() {
        return first;
    }

    public long rows() {
        return sides.getFirst().weight().rows();
    }

    /** In the order of the sides that were loaded. */
    public List<LoadedLinear> sides() {
        return sides;
    }

    @Override
    public void close() {
        slabs.giveBack(slab);
    }
}
