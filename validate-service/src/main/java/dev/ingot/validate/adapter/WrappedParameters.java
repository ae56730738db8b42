package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.validate.weights.Unmergeable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The judge's own reading of {@code target_parameters}: which parameters of a module a config names, and which of the pairs that are nested around that module is whose.
 * The plan has another: there the order in which the classes of transformers register parameters says whose a pair is, here its shapes do, and that order
 * only where parameters are of one shape.
 */
final class WrappedParameters {
    private static final String INFIX = ".base_layer";

    /** Of parameters that one pair fits alike: innermost wrapper first. */
    private static final List<String> ORDER =
            List.of("gate_up_proj", "gate_up_proj_bias", "up_proj", "down_proj", "down_proj_bias", "w1", "v1", "w2");

    private final AdapterConfig config;
    private final Function<String, Optional<Shape>> base;
    private final Map<String, Optional<FusedExperts>> places = new HashMap<>();

    /** @param base shapes of its tensors, by name */
    WrappedParameters(AdapterConfig config, Function<String, Optional<Shape>> base) {
        this.config = config;
        this.base = base;
    }

    /**
     * One parameter and its factors.
     *
     * @param module that owns the parameter, by the base's names
     * @param keyA and keyB: raw keys
     */
    record Wrapped(String module, String parameter, FusedExperts place, String keyA, String keyB) {
        /** What rank_pattern and alpha_pattern are asked by. */
        String path() {
            return module + "." + parameter;
        }
    }

    /** Last words of the names in a config that mean a parameter right in the module at {@code path}, if it has one of that name. */
    static Set<String> named(AdapterConfig config, String path) {
        Set<String> named = new LinkedHashSet<>();
        List<String> targets =
                config.json().array("target_parameters").flatMap(JsonArray::texts).orElse(List.of());
        for (String target : targets) {
            String parameter = target.substring(target.lastIndexOf('.') + 1);
            if (("." + path + "." + parameter).endsWith("." + target)) {
                named.add(parameter);
            }
        }
        return named;
    }

    /** Whether a key is a factor of such a pair: its module has a parameter that is named. */
    boolean has(AdapterKey key) {
        return isFactor(key) && !of(owner(key.module())).isEmpty();
    }

    static boolean isFactor(AdapterKey key) {
        return key.role() == Role.LORA_A || key.role() == Role.LORA_B;
    }

    /** The module inside of all wrappers. */
    static String owner(String module) {
        return module.endsWith(INFIX) ? owner(module.substring(0, module.length() - INFIX.length())) : module;
    }

    private Map<String, FusedExperts> of(String module) {
        Map<String, FusedExperts> found = new TreeMap<>();
        for (String parameter : named(config, config.trainedName(module))) {
            places.computeIfAbsent(
                            module + "." + parameter, name -> FusedExperts.find(module, parameter, base))
                    .ifPresent(place -> found.put(parameter, place));
        }
        return found;
    }

    /** All of them; Unmergeable where it is not certain whose a pair is. */
    List<Wrapped> pairs(Collection<AdapterKey> keys, Function<String, Shape> factors) {
        Map<String, Map<Integer, Map<Role, AdapterKey>>> nested = new TreeMap<>();
        for (AdapterKey key : keys) {
            if (has(key)) {
                String owner = owner(key.module());
                int depth = (key.module().length() - owner.length()) / INFIX.length();
                nested.computeIfAbsent(owner, module -> new TreeMap<>())
                        .computeIfAbsent(depth, level -> new HashMap<>())
                        .put(key.role(), key);
            }
        }
        List<Wrapped> pairs = new ArrayList<>();
        nested.forEach((module, levels) -> {
            Map<String, FusedExperts> parameters = of(module);
            if (levels.size() != parameters.size()) {
                throw new Unmergeable("%d pairs of factors around %s, of which %s are targeted"
                        .formatted(levels.size(), module, parameters.keySet()));
            }
            // the outermost wrapper, which is nested least, was put there last
            levels.values().forEach(level -> pairs.add(take(module, level, parameters, factors)));
        });
        return pairs;
    }

    /** Takes the parameter of the outermost wrapper that is left. */
    private static Wrapped take(
            String module,
            Map<Role, AdapterKey> level,
            Map<String, FusedExperts> left,
            Function<String, Shape> factors) {
        if (level.size() != 2) {
            throw new Unmergeable("half a pair of factors on " + module);
        }
        String a = level.get(Role.LORA_A).raw();
        String b = level.get(Role.LORA_B).raw();
        List<String> fitting = left.entrySet().stream()
                .filter(entry -> fits(entry.getValue(), factors.apply(a), factors.apply(b)))
                .map(Map.Entry::getKey)
                .toList();
        if (fitting.isEmpty() || fitting.size() > 1 && !ORDER.containsAll(fitting)) {
            throw new Unmergeable("factors of shape %s and %s around %s, which could be for %s of %s"
                    .formatted(factors.apply(a), factors.apply(b), module, fitting, left.keySet()));
        }
        String last = fitting.stream()
                .max((one, other) -> Integer.compare(ORDER.indexOf(one), ORDER.indexOf(other)))
                .orElseThrow();
        return new Wrapped(module, last, left.remove(last), a, b);
    }

    /** Whether A and B have the two sides of an expert's matrix, one of them each, and a column and a row for every expert. */
    private static boolean fits(FusedExperts place, Shape a, Shape b) {
        if (a.rank() != 2 || b.rank() != 2 || a.dim(0) != b.dim(1) || a.dim(0) % place.experts() != 0) {
            return false;
        }
        boolean straight = a.dim(1) == place.columns() && b.dim(0) == place.rows();
        boolean turned = a.dim(1) == place.rows() && b.dim(0) == place.columns();
        return straight || turned && place.shape().rank() > 2;
    }
}
