package dev.ingot.registry.page;

import dev.ingot.registry.model.ModelView;
import dev.ingot.registry.model.VersionView;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A model as a row of the list.
 *
 * @param verdict of the newest version
 * @param perplexity of the newest version, against the one before it where both were measured
 * @param aliases {@code champion → version 3}
 */
public record ModelRow(ModelView model, VersionView newest, String verdict, String perplexity, String aliases) {
    static ModelRow of(ModelView model, Headline newest, Headline before) {
        return new ModelRow(
                model, model.versions().getFirst(), newest.verdict(), newest.against(before), aliases(model));
    }

    private static String aliases(ModelView model) {
        return model.aliases().isEmpty()
                ? "no alias points at it"
                : model.aliases().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(alias -> alias.getKey() + " → version " + alias.getValue())
                        .collect(Collectors.joining(", "));
    }
}
