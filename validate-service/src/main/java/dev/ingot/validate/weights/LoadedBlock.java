package dev.ingot.validate.weights;

import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rectangle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One block of a decoder layer in memory, for sides that share what is equal. Closing gives its memory to the next one; whoever took it from the loader closes it. */
public final class LoadedBlock implements AutoCloseable {
    private final Slabs slabs;
    private final Slab slab;
    private final List<SideWeights> sides;

    /** The block as one side sees it. */
    public record SideWeights(
            Side side,
            BlockRecipe recipe,
            Map<Linear, LoadedLinear> linears,
            Map<NormRecipe, LoadedNorm> norms,
            Map<Rectangle, FloatMatrix> vectors) {}

    private LoadedBlock(Slabs slabs, Slab slab, List<SideWeights> sides) {
        this.slabs = slabs;
        this.slab = slab;
        this.sides = sides;
    }

    /** Loads block {@code block} of layer {@code layer}; what sides share is loaded once. */
    public static LoadedBlock load(Slabs slabs, List<Side> sides, int layer, int block) throws IOException {
        Slab slab = slabs.take();
        List<SideWeights> loaded = new ArrayList<>();
        for (Side side : sides) {
            BlockRecipe recipe = side.recipe().layers().get(layer).blocks().get(block);
            loaded.add(loadSide(slab, side, recipe, loaded.isEmpty() ? null : loaded.getFirst()));
        }
        return new LoadedBlock(slabs, slab, loaded);
    }

    private static SideWeights loadSide(Slab memory, Side side, BlockRecipe recipe, @Nullable SideWeights shared)
            throws IOException {
        SideWeights loaded = new SideWeights(side, recipe, new HashMap<>(), new HashMap<>(), new HashMap<>());
        for (Linear linear : recipe.linears().toList()) {
            LoadedLinear same = shared != null && shares(side, shared, linear.weight(), linear.bias())
                    ? shared.linears().get(linear)
                    : null;
            loaded.linears()
                    .put(
                            linear,
                            same == null
                                    ? LoadedLinear.load(memory, side, linear)
                                    : same.withDeltaOf(memory, side, linear));
        }
        for (NormRecipe norm : recipe.norms().toList()) {
            boolean same = shared != null
                    && Stream.concat(norm.weight().stream(), norm.bias().stream())
                            .allMatch(part -> side.shares(part.tensor(), shared.side()));
            loaded.norms().put(norm, same ? shared.norms().get(norm) : LoadedNorm.load(memory, side, norm));
        }
        for (Rectangle vector : recipe.vectors().toList()) {
            loaded.vectors().put(vector, FloatMatrix.load(memory, side.weights(), vector));
        }
        return loaded;
    }

    private static boolean shares(Side side, SideWeights other, Rectangle weight, Optional<Rectangle> bias) {
        return side.shares(weight.tensor(), other.side())
                && bias.map(part -> side.shares(part.tensor(), other.side())).orElse(true);
    }

    public List<SideWeights> sides() {
        return sides;
    }

    @Override
    public void close() {
        slabs.giveBack(slab);
    }
}
