package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The pair that {@code target_parameters} gave one parameter. PEFT wraps a module once for each, in the order in which the model registers them, so
 * that the keys of the last have no infix, those of the one before it one {@code base_layer}, and so on.
 *
 * @param module that owns the parameter, without infixes
 * @param parameter its name in the module
 */
public record ParameterPair(String module, String parameter, AdapterKey a, AdapterKey b) {
    private static final String INFIX = ".base_layer";
    /** As the classes of transformers register them. */
    private static final List<String> REGISTERED = List.of(
            "gate_up_proj",
            "gate_up_proj_bias",
            "up_proj",
            "down_proj",
            "down_proj_bias",
            "w1",
            "v1",
            "w2",
            "weight",
            "bias");

    /** Path of the parameter in the model that was trained; what rank_pattern and alpha_pattern name. */
    public String target() {
        return module + "." + parameter;
    }

    /**
     * Whether a key is one of such a pair.
     *
     * @param has whether the trained model has a parameter right in a module, by the module's name in the base and the parameter's in the module
     */
    public static boolean isPart(AdapterKey key, AdapterConfig config, BiPredicate<String, String> has) {
        boolean factor = key.role() == Role.LORA_A || key.role() == Role.LORA_B;
        return factor && !config.targetParameters().of(owner(key), has).isEmpty();
    }

    /**
     * All pairs among {@code keys}, in no order; RefusedInput {@code adapter.half-pair} or {@code adapter.target-parameters}.
     *
     * @param has as for {@link #isPart}
     */
    public static List<ParameterPair> of(
            Collection<AdapterKey> keys, AdapterConfig config, BiPredicate<String, String> has) {
        Map<String, Map<Integer, Factors>> modules = new TreeMap<>();
        for (AdapterKey key : keys) {
            if (isPart(key, config, has)) {
                modules.computeIfAbsent(owner(key), module -> new TreeMap<>())
                        .computeIfAbsent(depth(key), depth -> new Factors())
                        .put(key);
            }
        }
        List<ParameterPair> pairs = new ArrayList<>();
        modules.forEach((module, levels) -> add(pairs, module, registered(module, config, has), levels));
        return pairs;
    }

    private static final class Factors {
        private @Nullable AdapterKey a;
        private @Nullable AdapterKey b;

        void put(AdapterKey key) {
            if (key.role() == Role.LORA_A) {
                a = key;
            } else {
                b = key;
            }
        }
    }

    private static void add(
            List<ParameterPair> pairs, String module, List<String> parameters, Map<Integer, Factors> levels) {
        for (int i = 0; i < parameters.size(); i++) {
            Factors factors = levels.remove(parameters.size() - 1 - i);
            if (factors == null || factors.a == null || factors.b == null) {
                throw new RefusedInput(
                        "adapter.half-pair",
                        "target_parameters in adapter_config.json names %s of %s, but the adapter has no A and B for it."
                                .formatted(parameters.get(i), module),
                        "save the adapter again; a part of it was lost");
            }
            pairs.add(new ParameterPair(module, parameters.get(i), factors.a, factors.b));
        }
        if (!levels.isEmpty()) {
            throw new RefusedInput(
                    "adapter.target-parameters",
                    "The adapter has %d pairs more for %s than target_parameters in adapter_config.json names: %s."
                            .formatted(levels.size(), module, parameters),
                    "use the adapter_config.json that was saved with these tensors");
        }
    }

    private static List<String> registered(String module, AdapterConfig config, BiPredicate<String, String> has) {
        List<String> parameters = config.targetParameters().of(module, has);
        if (parameters.size() > 1 && !REGISTERED.containsAll(parameters)) {
            throw new RefusedInput(
                    "adapter.target-parameters",
                    "target_parameters in adapter_config.json names %s of %s; in which order PEFT wrapped them is known for %s only."
                            .formatted(parameters, module, REGISTERED),
                    "merge it with PEFT on the dequantized base");
        }
        return parameters.stream()
                .sorted(Comparator.comparingInt(REGISTERED::indexOf))
                .toList();
    }

    private static String owner(AdapterKey key) {
        String module = key.module();
        while (module.endsWith(INFIX)) {
            module = module.substring(0, module.length() - INFIX.length());
        }
        return module;
    }

    private static int depth(AdapterKey key) {
        return (key.module().length() - owner(key).length()) / INFIX.length();
    }
}
