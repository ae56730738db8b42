package dev.ingot.validate.weights;

import dev.ingot.validate.family.LayerRecipe;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.NormRecipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One decoder layer in memory, for sides that share what is equal. Closing frees it; whoever took it from the loader closes it. */
public final class LoadedLayer implements AutoCloseable {
    private final Arena arena;
    private final List<SideWeights> sides;

    /** The layer as one side sees it. */
    public record SideWeights(
            Side side, LayerRecipe recipe, Map<Linear, LoadedLinear> linears, Map<NormRecipe, FloatMatrix> norms) {}

    private LoadedLayer(Arena arena, List<SideWeights> sides) {
        this.arena = arena;
        this.sides = sides;
    }

    /** Loads layer {@code index} for sides that are equal but for {@link Side#own()} and {@link Side#deltas()}. */
    public static LoadedLayer load(List<Side> sides, int index) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            List<SideWeights> loaded = new ArrayList<>();
            for (Side side : sides) {
                loaded.add(loadSide(arena, side, index, loaded.isEmpty() ? null : loaded.getFirst()));
            }
            return new LoadedLayer(arena, loaded);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static SideWeights loadSide(
            Arena arena, Side side, int index, @org.jspecify.annotations.Nullable SideWeights shared)
            throws IOException {
        LayerRecipe recipe = side.recipe().layers().get(index);
        Map<Linear, LoadedLinear> linears = new HashMap<>();
        for (Linear linear : recipe.linears().toList()) {
            LoadedLinear same = shared == null || isOwn(side, linear)
                    ? null
                    : shared.linears().get(linear);
            linears.put(
                    linear,
                    same == null ? LoadedLinear.load(arena, side, linear) : same.withDeltaOf(arena, side, linear));
        }
        Map<NormRecipe, FloatMatrix> norms = new HashMap<>();
        for (NormRecipe norm : recipe.norms().toList()) {
            FloatMatrix same = shared == null || side.own().contains(norm.tensor())
                    ? null
                    : shared.norms().get(norm);
            norms.put(norm, same == null ? loadNorm(arena, side, norm) : same);
        }
        return new SideWeights(side, recipe, linears, norms);
    }

    private static boolean isOwn(Side side, Linear linear) {
        return side.own().contains(linear.weightTensor()) || side.own().contains(linear.biasTensor());
    }

    /** The weight of a norm as one row, offset added. */
    public static FloatMatrix loadNorm(Arena arena, Side side, NormRecipe norm) throws IOException {
        return FloatMatrix.load(arena, side.weights(), norm.tensor(), 0, 1, norm.width(), norm.offset());
    }

    public List<SideWeights> sides() {
        return sides;
    }

    @Override
    public void close() {
        arena.close();
    }
}
