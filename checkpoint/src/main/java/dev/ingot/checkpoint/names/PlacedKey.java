package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.adapter.AdapterKey;
import java.util.List;

/**
 * What became of one key of an adapter.
 *
 * @param key by the base's names; by the name that is left of it where the base has nothing for it
 * @param trained path of its module in the model that was trained; what adapter_config.json speaks of
 * @param rules by which the raw key became this one, in order; PEFT's own prefix is not worth one
 * @param found whether the base has the parameter
 */
public record PlacedKey(AdapterKey key, String trained, List<String> rules, boolean found) {
    public PlacedKey {
        rules = List.copyOf(rules);
    }
}
