package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.RowBlocks;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.Slice;
import dev.ingot.pipeline.plan.Arrangement.Stacked;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Filled;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.Operation.Become;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns the pairs of linear layers that one generation of transformers has fused and the other not into operations on the rows of the base's weights: the
 * rows of B are those of the layer, and A is the same for all of them.
 */
final class RowBlockChanges {
    private static final Set<Role> FACTORS = Set.of(Role.LORA_A, Role.LORA_B, Role.MAGNITUDE, Role.DIAGONAL);

    private final BaseModel base;
    private final ParameterNames names;
    private final AdapterConfig config;
    private final Inputs inputs;
    private final Map<String, Map<Role, AdapterTensor>> modules = new TreeMap<>(NaturalOrder.INSTANCE);

    RowBlockChanges(BaseModel base, ParameterNames names, Adapter adapter, Inputs inputs) {
        this.base = base;
        this.names = names;
        this.config = adapter.config();
        this.inputs = inputs;
        for (AdapterTensor tensor : adapter.tensors()) {
            if (takes(tensor)) {
                modules.computeIfAbsent(tensor.key().module(), name -> new EnumMap<>(Role.class))
                        .put(tensor.key().role(), tensor);
            }
        }
    }

    /** A layer's rows in one parameter. */
    private record Block(String module, int row, int rows, int rowOfB) {}

    /** Whether a tensor is for a layer whose rows the base has in another weight, or in several. */
    boolean takes(AdapterTensor tensor) {
        String module = tensor.key().module();
        return FACTORS.contains(tensor.key().role())
                && !base.has(module + ".weight")
                && names.rowBlocks(module + ".weight").isPresent();
    }

    /** What becomes of the parameters; RefusedInput {@code adapter.rearranged-module}, {@code adapter.half-pair}, {@code adapter.shape}, …. */
    Map<String, Become> operations() {
        Map<String, List<Block>> blocks = new TreeMap<>(NaturalOrder.INSTANCE);
        modules.keySet().forEach(module -> cut(module, blocks));
        Map<String, Become> operations = new TreeMap<>(NaturalOrder.INSTANCE);
        blocks.forEach((parameter, own) -> operations.put(parameter, new Become(formula(parameter, own))));
        return operations;
    }

    /** The tensors that were taken, with the first parameter that each is for. */
    Map<AdapterTensor, String> tensors() {
        Map<AdapterTensor, String> all = new LinkedHashMap<>();
        modules.forEach((module, roles) -> roles.values()
                .forEach(tensor -> all.put(tensor, place(module).parameters().getFirst())));
        return all;
    }

    private RowBlocks place(String module) {
        return names.rowBlocks(module + ".weight").orElseThrow();
    }

    private void cut(String module, Map<String, List<Block>> blocks) {
        RowBlocks place = place(module);
        requirePlain(module, place);
        int rowOfB = 0;
        for (String parameter : place.parameters()) {
            int all = Math.toIntExact(base.shapeOf(parameter).dim(0));
            int rows = all / place.blocks();
            blocks.computeIfAbsent(parameter, name -> new ArrayList<>())
                    .add(new Block(module, place.block() * rows, rows, rowOfB));
            rowOfB += rows;
        }
        int columns = columns(place.parameters().getFirst());
        int rank = config.rankOf(module);
        require(module, Role.LORA_A, Shape.of(rank, columns));
        require(module, Role.LORA_B, Shape.of(rowOfB, rank));
        requireTargeted(module);
        scale(module);
    }

    private int columns(String parameter) {
        return Math.toIntExact(base.shapeOf(parameter).columns());
    }

    private Matrix formula(String parameter, List<Block> blocks) {
        int all = Math.toIntExact(base.shapeOf(parameter).dim(0));
        int columns = columns(parameter);
        List<Matrix> rows = new ArrayList<>();
        int next = 0;
        for (Block block :
                blocks.stream().sorted(Comparator.comparingInt(Block::row)).toList()) {
            if (block.row() < next) {
                throw new RefusedInput(
                        "adapter.duplicate-key",
                        "Two pairs of the adapter are for the same rows of %s; %s is one of them."
                                .formatted(parameter, block.module()),
                        "save one adapter at a time (PEFT: selected_adapters)");
            }
            gap(rows, block.row() - next, columns);
            rows.add(delta(block, columns));
            next = block.row() + block.rows();
        }
        gap(rows, all - next, columns);
        return new Sum(new Base(all, columns), rows.size() == 1 ? rows.getFirst() : new Stacked(rows));
    }

    private static void gap(List<Matrix> rows, int count, int columns) {
        if (count > 0) {
            rows.add(new Filled(0, count, columns));
        }
    }

    private Matrix delta(Block block, int columns) {
        Map<Role, AdapterTensor> roles = modules.get(block.module());
        int rank = config.rankOf(block.module());
        AdapterTensor b = roles.get(Role.LORA_B);
        Matrix whole = new Tensor(
                inputs.ref(InputRole.ADAPTER, b.tensor()),
                Math.toIntExact(b.tensor().shape().dim(0)),
                rank);
        Matrix left = whole.rows() == block.rows() ? whole : new Slice(whole, block.rowOfB(), block.rows(), 0, rank);
        Matrix right =
                new Tensor(inputs.ref(InputRole.ADAPTER, roles.get(Role.LORA_A).tensor()), rank, columns);
        return new Scaled(new Product(left, right), config.scaleOf(block.module()));
    }

    /** Of more than a pair, the parts of a row block are not those of the whole: a norm, a singular part. */
    private void requirePlain(String module, RowBlocks place) {
        String option = config.isSet("use_dora")
                ? "DoRA, whose norms are taken of the layer as it was trained"
                : config.isKasa() || Residual.of(config) != Residual.NONE
                        ? "an initialization that takes singular parts of the layer as it was trained"
                        : "";
        if (!option.isEmpty()) {
            throw refuse(module, place, "was trained with " + option);
        }
        for (String parameter : place.parameters()) {
            Shape shape = base.shapeOf(parameter);
            if (shape.rank() != 2 || shape.dim(0) % place.blocks() != 0) {
                throw refuse(
                        module,
                        place,
                        "is no linear layer of rows that can be cut so: %s has shape %s".formatted(parameter, shape));
            }
        }
    }

    private static RefusedInput refuse(String module, RowBlocks place, String why) {
        return new RefusedInput(
                "adapter.rearranged-module",
                "%s, which the base has in %s, %s.".formatted(module, String.join(" and ", place.parameters()), why),
                "save the base as training had it in memory (save_pretrained(…, save_original_format=False)), and merge onto that");
    }

    private void scale(String module) {
        float scale = config.scaleOf(module);
        if (!Float.isFinite(scale) || scale == 0) {
            throw new RefusedInput(
                    "adapter.scale",
                    "The scale of %s is %s.".formatted(module, scale),
                    "correct lora_alpha in adapter_config.json; it is never guessed");
        }
    }

    private void require(String module, Role role, Shape shape) {
        AdapterTensor tensor = modules.get(module).get(role);
        if (tensor == null) {
            throw new RefusedInput(
                    "adapter.half-pair",
                    "%s of the adapter has no partner: it needs an A and a B.".formatted(module),
                    "save the adapter again; a part of it was lost");
        }
        if (!tensor.tensor().shape().equals(shape)) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s has shape %s; expected %s for its rows of %s."
                            .formatted(
                                    tensor.name(),
                                    tensor.tensor().shape(),
                                    shape,
                                    String.join(" and ", place(module).parameters())),
                    "check --base and r in adapter_config.json: the adapter was trained on a model of another size");
        }
    }

    private void requireTargeted(String module) {
        if (!config.targetModules().contains(module)) {
            throw new RefusedInput(
                    "adapter.untargeted",
                    "%s is in the adapter, but target_modules in adapter_config.json does not name it; PEFT would drop it."
                            .formatted(module),
                    "use the adapter_config.json that was saved with these tensors");
        }
    }
}
