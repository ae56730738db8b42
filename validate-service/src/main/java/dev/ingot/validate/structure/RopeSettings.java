package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rotary embedding as one generation of transformers reads it from a config, for layers with full and with sliding attention: {@code rope_theta},
 * {@code rope_scaling} and {@code rope_local_base_freq} are what 4 reads, 5 reads {@code rope_parameters} and lets a {@code rope_scaling} replace it.
 */
record RopeSettings(Map<String, String> full, Map<String, String> sliding) {
    /** Members of a config that are read here and nowhere else. */
    static final Set<String> MEMBERS =
            Set.of("rope_theta", "rope_scaling", "rope_parameters", "rope_local_base_freq", "partial_rotary_factor");

    RopeSettings {
        full = Map.copyOf(full);
        sliding = Map.copyOf(sliding);
    }

    /**
     * What a merged config says otherwise than its base, to either generation; empty where it says the same. One that has only {@code
     * rope_parameters} is not meant for transformers 4, and one in the words of 4 may say to it what the base says to 5.
     */
    static Optional<String> difference(JsonObject base, JsonObject merged, ConfigDefaults defaults) {
        RopeReading before = new RopeReading(base, defaults);
        RopeReading after = new RopeReading(merged, defaults);
        if (!before.newer().equals(after.newer())) {
            return Optional.of(sentence(after.newer(), before.newer()));
        }
        boolean same = !after.isForOlder()
                || after.older().equals(before.older())
                || after.older().equals(before.newer());
        return same
                ? Optional.empty()
                : Optional.of(sentence(after.older(), before.isForOlder() ? before.older() : before.newer())
                        + ", as transformers 4 reads them");
    }

    private static String sentence(RopeSettings found, RopeSettings expected) {
        return found.text() + " where the base has " + expected.text();
    }

    /** In one line, for people. */
    String text() {
        return sliding.equals(full) ? text(full) : text(full) + ", in sliding layers " + text(sliding);
    }

    private static String text(Map<String, String> settings) {
        return new TreeMap<>(settings).toString();
    }
}
