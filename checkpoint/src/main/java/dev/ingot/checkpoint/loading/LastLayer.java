package dev.ingot.checkpoint.loading;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Fills in the number of the last layer, which the table cannot know. */
final class LastLayer {
    private static final String LAST = "{last}";

    private LastLayer() {}

    /** {@code encoder.layer.11.output} for <code>encoder.layer.{last}.output</code> in a model of 12 layers; other keys as they are. */
    static String filled(String key, Collection<Optional<Placement.Place>> places) {
        if (!key.contains(LAST)) {
            return key;
        }
        String pattern = key.replace(LAST, ModulePath.NUMBER);
        List<String> last = List.of();
        for (Optional<Placement.Place> place : places) {
            String name = place.map(Placement.Place::parameter).orElse("");
            String shape = ModulePath.pattern(name);
            if (shape.equals(pattern) || shape.startsWith(pattern + ".")) {
                List<String> numbers = ModulePath.numbers(name);
                last = compare(numbers, last) > 0 ? numbers : last;
            }
        }
        return ModulePath.filled(pattern, last);
    }

    private static int compare(List<String> a, List<String> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = a.get(i).length() != b.get(i).length()
                    ? Integer.compare(a.get(i).length(), b.get(i).length())
                    : a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }
}
