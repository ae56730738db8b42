package dev.ingot.checkpoint.loading;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Fills in the numbers of the table's default skips: <code>{n}</code> stands for every number that the model has, <code>{last}</code> for that of
 * the last layer.
 */
final class SkippedPlaces {
    private static final String LAST = "{last}";

    private SkippedPlaces() {}

    /**
     * {@code encoder.layer.11.output} for <code>encoder.layer.{last}.output</code> in a model of 12 layers; a key without numbers as it is; nothing
     * for one of which the model has no place.
     */
    static List<String> filled(String key, Collection<Optional<Placement.Place>> places) {
        boolean last = key.contains(LAST);
        String pattern = key.replace(LAST, ModulePath.NUMBER);
        if (!pattern.contains(ModulePath.NUMBER)) {
            return List.of(key);
        }
        List<String> found = places.stream()
                .flatMap(Optional::stream)
                .map(Placement.Place::parameter)
                .filter(name -> isAt(ModulePath.pattern(name), pattern))
                .map(name -> ModulePath.filled(pattern, ModulePath.numbers(name)))
                .distinct()
                .toList();
        return last ? found.stream().max(SkippedPlaces::byNumbers).stream().toList() : found;
    }

    private static boolean isAt(String place, String pattern) {
        return place.equals(pattern) || place.startsWith(pattern + ".");
    }

    private static int byNumbers(String a, String b) {
        List<String> left = ModulePath.numbers(a);
        List<String> right = ModulePath.numbers(b);
        for (int i = 0; i < left.size(); i++) {
            int order = Long.compare(number(left.get(i)), number(right.get(i)));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static long number(String digits) {
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
