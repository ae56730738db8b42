package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.RowBlocks;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.ingest.RowBlockFormulas.Rows;
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
 * Turns what was trained of linear layers that one generation of transformers has fused and the other not into operations on the rows of the base's
 * parameters: a layer's rows are whole rows there, so that whatever is made of each row by itself is the same in both forms.
 */
final class RowBlockChanges {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final Set<Role> FACTORS = Set.of(Role.LORA_A, Role.LORA_B, Role.MAGNITUDE, Role.DIAGONAL);

    private final BaseModel base;
    private final ParameterNames names;
    private final AdapterConfig config;
    private final RowBlockFormulas formulas;
    private final Map<String, Map<Role, AdapterTensor>> parameters = new TreeMap<>(NaturalOrder.INSTANCE);

    RowBlockChanges(BaseModel base, ParameterNames names, Adapter adapter, Inputs inputs) {
        this.base = base;
        this.names = names;
        this.config = adapter.config();
        this.formulas = new RowBlockFormulas(adapter.config(), inputs);
        for (AdapterTensor tensor : adapter.tensors()) {
            if (takes(tensor)) {
                AdapterTensor other = parameters
                        .computeIfAbsent(trained(tensor.key()), name -> new EnumMap<>(Role.class))
                        .put(role(tensor.key()), tensor);
                if (other != null) {
                    throw twice(other.name(), tensor.name(), trained(tensor.key()));
                }
            }
        }
    }

    /** A trained parameter's rows in one of the base's. */
    private record Block(String trained, Rows rows) {}

    /** Whether a tensor is for a parameter whose rows the base has in another one, or in several. */
    boolean takes(AdapterTensor tensor) {
        Role role = role(tensor.key());
        boolean known = FACTORS.contains(role) || role == Role.LORA_B_BIAS || role == Role.WHOLE;
        String name = trained(tensor.key());
        return known && !base.has(name) && names.rowBlocks(name).isPresent();
    }

    /** A bias that PEFT trained below a pair has the name of a copy. */
    private static Role role(AdapterKey key) {
        boolean bias = key.role() == Role.BASE_LAYER && key.parameter().equals("bias");
        return bias ? Role.WHOLE : key.role();
    }

    /** The parameter that a tensor changes, by its name in the trained model. */
    private static String trained(AdapterKey key) {
        return switch (key.role()) {
            case WHOLE, BASE_LAYER -> key.target();
            case LORA_B_BIAS -> key.module() + BIAS;
            default -> key.module() + WEIGHT;
        };
    }

    /** What becomes of the parameters; RefusedInput {@code adapter.rearranged-module}, {@code adapter.half-pair}, {@code adapter.shape}, …. */
    Map<String, Become> operations() {
        Map<String, List<Block>> blocks = new TreeMap<>(NaturalOrder.INSTANCE);
        parameters.keySet().forEach(name -> cut(name, blocks));
        Map<String, Become> operations = new TreeMap<>(NaturalOrder.INSTANCE);
        blocks.forEach((parameter, own) -> operations.put(parameter, become(parameter, own)));
        return operations;
    }

    /** The tensors that were taken, with the first parameter that each is for. */
    Map<AdapterTensor, String> tensors() {
        Map<AdapterTensor, String> all = new LinkedHashMap<>();
        parameters.forEach((name, roles) -> roles.values()
                .forEach(tensor -> all.put(tensor, place(name).parameters().getFirst())));
        return all;
    }

    private RowBlocks place(String trained) {
        return names.rowBlocks(trained).orElseThrow();
    }

    private void cut(String trained, Map<String, List<Block>> blocks) {
        RowBlocks place = place(trained);
        requireRows(trained, place);
        int row = 0;
        for (String parameter : place.parameters()) {
            int rows = Math.toIntExact(base.shapeOf(parameter).dim(0)) / place.blocks();
            blocks.computeIfAbsent(parameter, name -> new ArrayList<>())
                    .add(new Block(trained, new Rows(place.block() * rows, rows, row)));
            row += rows;
        }
        require(trained, place, row);
    }

    private void require(String trained, RowBlocks place, int rows) {
        int columns = columns(place.parameters().getFirst());
        Map<Role, AdapterTensor> roles = parameters.get(trained);
        RowBlockShapes shapes = new RowBlockShapes(trained, place, roles);
        if (roles.containsKey(Role.WHOLE)) {
            shapes.require(
                    Role.WHOLE,
                    base.shapeOf(place.parameters().getFirst()).rank() == 1 ? Shape.of(rows) : Shape.of(rows, columns));
            shapes.requireAlone(Role.WHOLE);
            return;
        }
        String module = trained.substring(0, trained.lastIndexOf('.'));
        requireScale(module);
        requireTargeted(module);
        if (roles.containsKey(Role.LORA_B_BIAS)) {
            shapes.require(Role.LORA_B_BIAS, Shape.of(rows));
            return;
        }
        requireRowByRow(module, place);
        int rank = config.rankOf(module);
        shapes.require(Role.LORA_A, Shape.of(rank, columns));
        shapes.require(Role.LORA_B, Shape.of(rows, rank));
        if (config.isSet("use_dora") || roles.containsKey(Role.MAGNITUDE)) {
            shapes.requireMagnitude(config.isSet("use_dora"), rows);
        }
    }

    private int columns(String parameter) {
        Shape shape = base.shapeOf(parameter);
        return shape.rank() == 1 ? 1 : Math.toIntExact(shape.columns());
    }

    private Become become(String parameter, List<Block> blocks) {
        int all = Math.toIntExact(base.shapeOf(parameter).dim(0));
        List<Block> sorted = blocks.stream()
                .sorted(Comparator.comparingInt(block -> block.rows().first()))
                .toList();
        int next = 0;
        String before = "";
        Map<Rows, Map<Role, AdapterTensor>> own = new LinkedHashMap<>();
        for (Block block : sorted) {
            if (block.rows().first() < next) {
                throw twice(before, block.trained(), "the same rows of " + parameter);
            }
            own.put(block.rows(), parameters.get(block.trained()));
            next = block.rows().first() + block.rows().count();
            before = block.trained();
        }
        return new Become(formulas.of(all, columns(parameter), own));
    }

    private static RefusedInput twice(String one, String other, String place) {
        return new RefusedInput(
                "adapter.duplicate-key",
                "%s and %s of the adapter are both for %s.".formatted(one, other, place),
                "save one adapter at a time (PEFT: selected_adapters)");
    }

    private void requireRows(String trained, RowBlocks place) {
        for (String parameter : place.parameters()) {
            Shape shape = base.shapeOf(parameter);
            if (shape.rank() > 2 || shape.dim(0) % place.blocks() != 0) {
                throw refuse(
                        trained,
                        place,
                        "is no linear layer of rows that can be cut so: %s has shape %s".formatted(parameter, shape));
            }
        }
    }

    /** What an initialization takes out of a layer's singular directions is not a sum over its rows. */
    private void requireRowByRow(String module, RowBlocks place) {
        if (config.isKasa() || Residual.of(config) != Residual.NONE) {
            throw refuse(
                    module,
                    place,
                    "was trained with an initialization that takes singular parts of the layer as it was trained");
        }
    }

    private static RefusedInput refuse(String trained, RowBlocks place, String why) {
        return new RefusedInput(
                "adapter.rearranged-module",
                "%s, which the base has in %s, %s.".formatted(trained, String.join(" and ", place.parameters()), why),
                "save the base as training had it in memory (save_pretrained(…, save_original_format=False)), and merge onto that");
    }

    private void requireScale(String module) {
        float scale = config.scaleOf(module);
        if (!Float.isFinite(scale) || scale == 0) {
            throw new RefusedInput(
                    "adapter.scale",
                    "The scale of %s is %s.".formatted(module, scale),
                    "correct lora_alpha in adapter_config.json; it is never guessed");
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
