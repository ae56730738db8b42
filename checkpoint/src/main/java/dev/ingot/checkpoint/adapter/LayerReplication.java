package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code layer_replication}: PEFT builds a deeper model out of the base's layers before it wraps it; the copies share their weights in training, and
 * each has deltas of its own.
 *
 * @param sources which layer of the base stands at each place; empty where nothing is replicated
 */
public record LayerReplication(List<Integer> sources) {
    private static final String MEMBER = "layer_replication";
    private static final Pattern LAYER =
            Pattern.compile("((?:model\\.)?(?:bert\\.)?(?:layers|h|encoder\\.layer)|transformer\\.h)\\.(\\d+)\\.(.+)");

    public LayerReplication {
        sources = List.copyOf(sources);
    }

    /** What the config says: pairs of first layer and end; RefusedInput {@code adapter.config} for anything else. */
    public static LayerReplication of(AdapterConfig config) {
        if (!config.isSet(MEMBER)) {
            return new LayerReplication(List.of());
        }
        List<Integer> sources = new ArrayList<>();
        for (JsonValue range :
                config.json().array(MEMBER).map(JsonArray::values).orElseThrow(LayerReplication::malformed)) {
            List<Long> ends = Optional.of(range)
                    .filter(JsonArray.class::isInstance)
                    .flatMap(array -> ((JsonArray) array).wholes())
                    .filter(pair -> pair.size() == 2 && pair.get(0) >= 0 && pair.get(1) < 1 << 16)
                    .orElseThrow(LayerReplication::malformed);
            for (int layer = ends.get(0).intValue(); layer < ends.get(1); layer++) {
                sources.add(layer);
            }
        }
        return new LayerReplication(sources);
    }

    public boolean isNone() {
        return sources.isEmpty();
    }

    /** Names of the deeper model's parameters, each with the base's that it is a copy of; RefusedInput {@code adapter.config} for a layer that the base has not. */
    public Map<String, String> names(Set<String> base) {
        Map<String, String> names = new TreeMap<>();
        Map<Integer, List<Matcher>> layers = new LinkedHashMap<>();
        for (String name : base) {
            Matcher matcher = LAYER.matcher(name);
            if (!isNone() && matcher.matches()) {
                layers.computeIfAbsent(Integer.valueOf(matcher.group(2)), layer -> new ArrayList<>())
                        .add(matcher);
            } else {
                names.put(name, name);
            }
        }
        for (int i = 0; i < sources.size(); i++) {
            List<Matcher> parameters = layers.get(sources.get(i));
            if (parameters == null) {
                throw malformed();
            }
            for (Matcher parameter : parameters) {
                names.put(parameter.group(1) + "." + i + "." + parameter.group(3), parameter.group());
            }
        }
        return names;
    }

    private static RefusedInput malformed() {
        return new RefusedInput(
                "adapter.config",
                MEMBER + " in adapter_config.json is no list of ranges of layers that the base has.",
                "use the adapter_config.json that was saved with these tensors, and check --base");
    }
}
