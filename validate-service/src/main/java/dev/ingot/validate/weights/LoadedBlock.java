package dev.ingot.validate.weights;

import dev.ingot.validate.family.LayerRecipe;
import dev.ingot.validate.family.LayerRecipe.Block;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.NormRecipe;
import java.io.IOException;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One block of a decoder layer in memory, for sides that share what is equal. Closing gives its memory to the next one; whoever took it from the loader closes it. */
public final class LoadedBlock implements AutoCloseable {
    private final Slabs slabs;
    private final Slab slab;
    private final List<SideWeights> sides;

    /** The block as one side sees it. */
    public record SideWeights(
            Side side,
            LayerRecipe recipe,
            Block block,
            Map<Linear, LoadedLinear> linears,
            Map<NormRecipe, FloatMatrix> norms) {}

    private LoadedBlock(Slabs slabs, Slab slab, List<SideWeights> sides) {
        this.slabs = slabs;
        this.slab = slab;
        this.sides = sides;
    }

    /** Loads layer {@code index} ; what sides share is loaded once. */
    public static LoadedBlock load(Slabs slabs, List<Side> sides, int index, Block block) throws IOException {
        Slab slab = slabs.take();
        List<SideWeights> loaded = new ArrayList<>();
        for (Side side : sides) {
            loaded.add(loadSide(slab, side, index, block, loaded.isEmpty() ? null : loaded.getFirst()));
        }
        return new LoadedBlock(slabs, slab, loaded);
    }

    private static SideWeights loadSide(
            SegmentAllocator memory, Side side, int index, Block block, @Nullable SideWeights shared)
            throws IOException {
        LayerRecipe recipe = side.recipe().layers().get(index);
        Map<Linear, LoadedLinear> linears = new HashMap<>();
        for (Linear linear : recipe.linears(block).toList()) {
            LoadedLinear same = shared != null && sharesWhole(side, shared.side(), linear)
                    ? shared.linears().get(linear)
                    : null;
            linears.put(
                    linear,
                    same == null ? LoadedLinear.load(memory, side, linear) : same.withDeltaOf(memory, side, linear));
        }
        Map<NormRecipe, FloatMatrix> norms = new HashMap<>();
        for (NormRecipe norm : recipe.norms(block).toList()) {
            FloatMatrix same = shared != null && side.shares(norm.tensor(), shared.side())
                    ? shared.norms().get(norm)
                    : null;
            norms.put(norm, same == null ? loadNorm(memory, side, norm) : same);
        }
        return new SideWeights(side, recipe, block, linears, norms);
    }

    private static boolean sharesWhole(Side side, Side other, Linear linear) {
        return side.shares(linear.weightTensor(), other) && (!linear.bias() || side.shares(linear.biasTensor(), other));
    }

    /** The weight of a norm as one row, offset added. */
    public static FloatMatrix loadNorm(SegmentAllocator memory, Side side, NormRecipe norm) throws IOException {
        return FloatMatrix.load(memory, side.weights(), norm.tensor(), 0, 1, norm.width(), norm.offset());
    }

    public List<SideWeights> sides() {
        return sides;
    }

    @Override
    public void close() {
        slabs.giveBack(slab);
    }
}
