package dev.ingot.checkpoint.model;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A parameter as transformers 5 has it in memory, and the tensors of a base that make it up: itself, or the projections of all experts, which
 * transformers 4 and most files have one by one. {@code gate_up_proj} is every expert's gate above its up; Nemotron-H's have an up alone.
 *
 * @param shape [out, in] or [experts, rows, columns]
 * @param parts every tensor with the rows of an expert that stand in it; the parameter itself has one with all
 */
public record FusedExperts(Shape shape, List<Part> parts) {
    private static final List<List<String>> NAMES =
            List.of(List.of("gate_proj", "up_proj", "down_proj"), List.of("w1", "w3", "w2"));
    private static final Pattern PROJECTION =
            Pattern.compile("(.+\\.experts)\\.(\\d{1,6})\\.(gate_proj|up_proj|down_proj|w[123])");
    private static final Set<String> TRANSPOSED = Set.of("gpt_oss", "aria", "aria_text", "openai_privacy_filter");
    private static final String FUSED_BLOCK = ".mlp.";
    private static final String OLDER_BLOCK = ".block_sparse_moe.";
    private static final String BODY = "model.";
    private static final String OLDER_BODY = "backbone.";
    private static final String EXPERTS = ".experts";
    private static final String ROUTER = ".router";
    private static final Map<String, String> GRANITE =
            Map.of("gate_up_proj", ".input_linear.weight", "down_proj", ".output_linear.weight");

    public FusedExperts {
        parts = List.copyOf(parts);
    }

    /** Rows {@code [firstRow, firstRow + rows)} of expert number {@code expert}, or of all experts one below the other where {@code whole}. */
    public record Part(String tensor, boolean whole, int expert, int firstRow, int rows) {}

    /** Number of experts; 1 for a matrix. */
    public int experts() {
        return shape.rank() > 2 ? Math.toIntExact(shape.dim(0)) : 1;
    }

    /** Rows of one expert's matrix. */
    public int rows() {
        return Math.toIntExact(shape.dim(shape.rank() - 2));
    }

    public int columns() {
        return Math.toIntExact(shape.columns());
    }

    /** Whether a module or tensor belongs to a single expert of gpt-oss as Unsloth splits them: {@code mlp.experts.gate_up_projs.3}. */
    public static boolean isSplit(String name) {
        return name.contains(".experts.gate_up_projs.") || name.contains(".experts.down_projs.");
    }

    /** Whether models of this type have experts as [experts, in, out]. */
    public static boolean isTransposed(String modelType) {
        return TRANSPOSED.contains(modelType);
    }

    /**
     * Looks for a parameter of a module in a base; empty when it has neither the parameter nor the projections. RefusedInput {@code base.experts}
     * for experts of different shapes.
     *
     * @param shapes of the base's tensors, by name
     */
    public static Optional<FusedExperts> find(
            String module, String parameter, Function<String, Optional<Shape>> shapes) {
        for (String name : names(module)) {
            for (String tensor : wholes(name, parameter)) {
                Optional<Shape> shape = shapes.apply(tensor).filter(found -> found.rank() == 2 || found.rank() == 3);
                if (shape.isPresent()) {
                    return Optional.of(whole(tensor, shape.get()));
                }
            }
            Optional<FusedExperts> found = separate(name, parameter, shapes);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a base has a parameter of a module, or the projections that make it up, as {@link #find} looks for them; asked by the module's name and the
     * parameter's in it. It remembers what it found, and is for one thread.
     *
     * @param shapes of the base's tensors, by name
     */
    public static BiPredicate<String, String> owners(Function<String, Optional<Shape>> shapes) {
        Map<String, Boolean> known = new HashMap<>();
        return (module, parameter) -> known.computeIfAbsent(
                module + "." + parameter,
                name -> find(module, parameter, shapes).isPresent());
    }

    /** Names that files have for the whole of a parameter: its own, and those of Granite's experts and of routers. */
    private static List<String> wholes(String module, String parameter) {
        List<String> names = new ArrayList<>(List.of(module + "." + parameter));
        String granite = GRANITE.get(parameter);
        if (granite != null && module.endsWith(EXPERTS)) {
            names.add(module.substring(0, module.length() - EXPERTS.length()) + granite);
        }
        if (parameter.equals("weight") && module.endsWith(ROUTER)) {
            names.add(module + ".layer.weight");
            names.add(module.substring(0, module.length() - ROUTER.length()) + ".gate.weight");
        }
        return names;
    }

    /**
     * The rows of a fused parameter that are an expert's own projection; empty when {@code module} is no such projection, or the base has no fused
     * parameter for it.
     */
    public static Optional<FusedExperts> findFused(String module, Function<String, Optional<Shape>> shapes) {
        Matcher matcher = PROJECTION.matcher(module);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int kind = kind(matcher.group(3));
        String parameter = kind == 2 ? "down_proj" : "gate_up_proj";
        for (String name : names(matcher.group(1))) {
            String tensor = name + "." + parameter;
            Optional<Shape> shape = shapes.apply(tensor).filter(found -> found.rank() == 3);
            if (shape.isPresent()) {
                int height = Math.toIntExact(shape.get().dim(1));
                int rows = kind == 2 ? height : height / 2;
                int first = kind == 1 ? rows : 0;
                Part part = new Part(tensor, false, Integer.parseInt(matcher.group(2)), first, rows);
                return Optional.of(new FusedExperts(shape.get(), List.of(part)));
            }
        }
        return Optional.empty();
    }

    private static FusedExperts whole(String tensor, Shape shape) {
        int rows = Math.toIntExact(shape.elements() / shape.columns());
        return new FusedExperts(shape, List.of(new Part(tensor, true, 0, 0, rows)));
    }

    private static Optional<FusedExperts> separate(
            String module, String parameter, Function<String, Optional<Shape>> shapes) {
        for (List<String> names : NAMES) {
            List<String> projections = projections(parameter, names);
            List<Part> parts = new ArrayList<>();
            List<Shape> first = shapes(module, 0, projections, shapes);
            int experts = 0;
            for (List<Shape> own = first; !own.isEmpty(); own = shapes(module, experts, projections, shapes)) {
                require(own.equals(first) && own.size() == projections.size(), module, experts);
                int row = 0;
                for (int i = 0; i < own.size(); i++) {
                    int rows = Math.toIntExact(own.get(i).dim(0));
                    parts.add(new Part(tensor(module, experts, projections.get(i)), false, experts, row, rows));
                    row += rows;
                }
                experts++;
            }
            if (experts > 0) {
                long rows = first.stream().mapToLong(shape -> shape.dim(0)).sum();
                return Optional.of(new FusedExperts(
                        Shape.of(experts, rows, first.getFirst().dim(1)), parts));
            }
        }
        return Optional.empty();
    }

    private static List<Shape> shapes(
            String module, int expert, List<String> projections, Function<String, Optional<Shape>> shapes) {
        return projections.stream()
                .flatMap(projection -> shapes.apply(tensor(module, expert, projection)).stream())
                .filter(shape -> shape.rank() == 2)
                .toList();
    }

    private static String tensor(String module, int expert, String projection) {
        return module + "." + expert + "." + projection + ".weight";
    }

    private static List<String> projections(String parameter, List<String> names) {
        return switch (parameter) {
            case "gate_up_proj" -> names.subList(0, 2);
            case "down_proj" -> names.subList(2, 3);
            case "up_proj" -> names.contains(parameter) ? List.of(parameter) : List.of();
            default -> List.of();
        };
    }

    private static int kind(String projection) {
        return NAMES.stream()
                .mapToInt(names -> names.indexOf(projection))
                .filter(at -> at >= 0)
                .findFirst()
                .orElseThrow();
    }

    /** The module by its name in memory and in files of transformers 4: Mixtral's block was renamed, and Nemotron-H's body. */
    private static List<String> names(String module) {
        List<String> names = new ArrayList<>(List.of(module));
        if (module.contains(FUSED_BLOCK)) {
            names.add(module.replace(FUSED_BLOCK, OLDER_BLOCK));
        } else if (module.contains(OLDER_BLOCK)) {
            names.add(module.replace(OLDER_BLOCK, FUSED_BLOCK));
        }
        if (module.startsWith(BODY)) {
            names.add(OLDER_BODY + module.substring(BODY.length()));
        }
        return names;
    }

    private static void require(boolean same, String module, int expert) {
        if (!same) {
            throw new RefusedInput(
                    "base.experts",
                    "Expert %d of %s in the base lacks a projection or has another shape than expert 0."
                            .formatted(expert, module),
                    "download the base again; a part of it is missing");
        }
    }
}
