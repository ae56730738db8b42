package dev.ingot.pipeline.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One edit of config.json.
 *
 * @param path of member names from the root
 * @param json the new value as JSON text; null removes the member
 */
public record ConfigEdit(List<String> path, @Nullable String json) {
    public ConfigEdit {
        path = List.copyOf(path);
    }
}
