package dev.ingot.checkpoint.names;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All keys of an adapter on one base.
 *
 * @param keys in the order of the file, without those that are left out
 * @param ignored raw keys that are no part of the trained model, with the name of the rule that leaves them out
 * @param trained path in the trained model by path in the base, of every module for which the two differ
 * @param lead what was stripped from the front of all names, with the dot behind it
 * @param tried what was tried as wrapper's beginning of all names, and how many keys it led to the base, for refusals
 */
public record PlacedKeys(
        List<PlacedKey> keys, Map<String, String> ignored, Map<String, String> trained, String lead, String tried) {
    public PlacedKeys {
        keys = List.copyOf(keys);
        ignored = Collections.unmodifiableMap(new LinkedHashMap<>(ignored));
        trained = Map.copyOf(trained);
    }
}
