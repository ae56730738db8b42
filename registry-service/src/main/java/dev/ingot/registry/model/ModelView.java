package dev.ingot.registry.model;

import java.util.List;
import java.util.Map;

/**
 * A model with its versions, newest first.
 *
 * @param aliases name to version
 */
public record ModelView(String team, String model, List<VersionView> versions, Map<String, Integer> aliases) {
    public ModelView {
        versions = List.copyOf(versions);
        aliases = Map.copyOf(aliases);
    }
}
