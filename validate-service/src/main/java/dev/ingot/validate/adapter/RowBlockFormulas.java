package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.RowBlocks;
import dev.ingot.validate.adapter.TrainedStretch.Parts;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.Unmergeable;
import dev.ingot.validate.weights.WeightSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Layers that the base has fused or cut up, of another generation of transformers: each row of a parameter is a row of one that was trained. */
public final class RowBlockFormulas {
    private static final Set<Role> TAKEN =
            EnumSet.of(Role.LORA_A, Role.LORA_B, Role.MAGNITUDE, Role.LORA_B_BIAS, Role.WHOLE);

    private final AdapterConfig config;
    private final WeightSource base;
    private final ParameterNames names;

    /** @param names of the base */
    public RowBlockFormulas(AdapterConfig config, WeightSource base, ParameterNames names) {
        this.config = config;
        this.base = base;
        this.names = names;
    }

    /** Whether a key is of such a layer. */
    public boolean takes(AdapterKey key) {
        return TAKEN.contains(role(key))
                && base.shape(parameter(key)).isEmpty()
                && place(parameter(key)).isPresent();
    }

    /** PEFT keeps a trained bias in the layer below its pair. */
    private static Role role(AdapterKey key) {
        return key.role() == Role.BASE_LAYER && key.target().endsWith(".bias") ? Role.WHOLE : key.role();
    }

    private static String parameter(AdapterKey key) {
        if (role(key) == Role.WHOLE) {
            return key.target();
        }
        return key.module() + (key.role() == Role.LORA_B_BIAS ? ".bias" : ".weight");
    }

    private Optional<RowBlocks> place(String parameter) {
        return names.rowBlocks(parameter);
    }

    /** Formulas by tensor of the base; Unmergeable for what is not made row by row, or does not fit. */
    public Map<String, TrainedRows> read(Collection<AdapterKey> keys, CheckpointWeights adapter) {
        Map<String, Map<Role, AdapterKey>> parameters = new LinkedHashMap<>();
        keys.stream()
                .filter(this::takes)
                .forEach(key -> parameters
                        .computeIfAbsent(parameter(key), name -> new EnumMap<>(Role.class))
                        .put(role(key), key));
        ParameterFactors factors = new ParameterFactors(adapter);
        Map<String, List<TrainedStretch>> stretches = new LinkedHashMap<>();
        parameters.forEach((name, own) -> cut(name, parts(name, own), factors, stretches));
        Map<String, TrainedRows> rows = new LinkedHashMap<>();
        stretches.forEach(
                (tensor, own) -> rows.put(tensor, new StretchedRows(base, tensor, columns(tensor), own, factors)));
        return rows;
    }

    private Parts parts(String name, Map<Role, AdapterKey> keys) {
        Map<Role, String> raw = new EnumMap<>(Role.class);
        keys.forEach((role, key) -> raw.put(role, key.raw()));
        boolean sum = raw.keySet().equals(EnumSet.of(Role.LORA_A, Role.LORA_B)) && !config.isSet("use_dora");
        boolean normed =
                raw.keySet().equals(EnumSet.of(Role.LORA_A, Role.LORA_B, Role.MAGNITUDE)) && config.isSet("use_dora");
        boolean singular = config.isKasa()
                || !config.onResidual() && List.of("pissa", "olora").contains(config.initialization());
        if (!sum && !normed && raw.size() != 1 || raw.size() == 1 && half(raw) || (sum || normed) && singular) {
            throw new Unmergeable("%s on %s, which the base has in other tensors".formatted(raw.values(), name));
        }
        String module = keys.values().iterator().next().module();
        return new Parts(raw, config.rankOf(module), config.scaleOf(module));
    }

    private static boolean half(Map<Role, String> raw) {
        return !raw.containsKey(Role.WHOLE) && !raw.containsKey(Role.LORA_B_BIAS);
    }

    private Shape shape(String tensor) {
        return base.shape(tensor)
                .orElseThrow(() -> new Unmergeable("an adapter on " + tensor + ", which is not there"));
    }

    private int columns(String tensor) {
        return Math.toIntExact(shape(tensor).elements() / shape(tensor).dim(0));
    }

    private void cut(String name, Parts parts, ParameterFactors factors, Map<String, List<TrainedStretch>> stretches) {
        RowBlocks place = place(name).orElseThrow();
        int own = 0;
        for (String tensor : place.parameters()) {
            int rows = Math.toIntExact(shape(tensor).dim(0));
            if (rows % place.blocks() != 0) {
                throw new Unmergeable("%d rows of %s for %d layers".formatted(rows, tensor, place.blocks()));
            }
            int count = rows / place.blocks();
            stretches
                    .computeIfAbsent(tensor, unused -> new ArrayList<>())
                    .add(new TrainedStretch(parts, place.block() * count, count, own));
            own += count;
        }
        int columns = columns(place.parameters().getFirst());
        for (Map.Entry<Role, String> tensor : parts.keys().entrySet()) {
            long expected = parts.elements(tensor.getKey(), own, columns);
            if (factors.shape(tensor.getValue()).elements() != expected) {
                throw new Unmergeable("%s of shape %s; expected %d elements for %d rows of %s"
                        .formatted(tensor.getValue(), factors.shape(tensor.getValue()), expected, own, name));
            }
        }
    }
}
