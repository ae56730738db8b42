package dev.ingot.validate.weights;

import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.DecoderRecipe.PositionTable;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rectangle;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What an adapter changes and a forward pass over text does not pass: a tower that sees or hears, or a part that no description here knows. */
public final class LeftOut {
    private static final String WEIGHT = ".weight";

    private final Set<String> modules = new HashSet<>();
    private final Set<String> tensors = new HashSet<>();

    private LeftOut(DecoderRecipe recipe) {
        addModule(recipe.embeddingModule());
        addModule(recipe.headModule());
        recipe.positions().map(PositionTable::module).ifPresent(this::addModule);
        addNorm(recipe.finalNorm());
        recipe.layers().stream().flatMap(layer -> layer.blocks().stream()).forEach(this::addBlock);
    }

    /** Tensors of the base, in order. */
    public static List<String> of(TrainedModel trained, DecoderRecipe recipe) {
        LeftOut passed = new LeftOut(recipe);
        WeightSource unmerged = trained.unmerged();
        Stream<String> besides = trained.deltas().keySet().stream()
                .filter(module -> !passed.modules.contains(module))
                .map(module -> module + WEIGHT);
        Stream<String> instead = trained.tensors().stream()
                .filter(tensor -> !passed.tensors.contains(tensor))
                .filter(tensor -> !unmerged.origin(tensor).equals(trained.base().origin(tensor)));
        return Stream.concat(besides, instead).distinct().sorted().toList();
    }

    private void addBlock(BlockRecipe block) {
        block.linears().forEach(this::addLinear);
        block.norms().forEach(this::addNorm);
        block.vectors().forEach(this::addPart);
        if (block instanceof BlockRecipe.LayerInput input) {
            addModule(input.table().module());
        }
    }

    private void addLinear(Linear linear) {
        modules.add(linear.module());
        addPart(linear.weight());
        linear.bias().ifPresent(this::addPart);
    }

    private void addNorm(NormRecipe norm) {
        Stream.of(norm.weight(), norm.bias()).flatMap(Optional::stream).forEach(this::addPart);
    }

    private void addPart(Rectangle part) {
        tensors.add(part.tensor());
    }

    private void addModule(String module) {
        modules.add(module);
        tensors.add(module + WEIGHT);
    }
}
