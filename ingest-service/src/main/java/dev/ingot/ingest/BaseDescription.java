package dev.ingot.ingest;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A base in a few words, for refusals. */
final class BaseDescription {
    private static final Pattern LAYER = Pattern.compile("(?:^|\\.)(?:layers|h|blocks|layer)\\.(\\d{1,6})\\.");

    private BaseDescription() {}

    /** {@code llama with 40 layers (0 to 39)}. */
    static String of(BaseModel base) {
        String type = base.config().modelType().isEmpty()
                ? "of unknown type"
                : base.config().modelType();
        OptionalInt last = base.parameters().keySet().stream()
                .map(LAYER::matcher)
                .filter(Matcher::find)
                .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                .max();
        return last.isEmpty()
                ? type + " with " + base.parameters().size() + " tensors"
                : "%s with %d layers (0 to %d)".formatted(type, last.getAsInt() + 1, last.getAsInt());
    }
}
