package dev.ingot.checkpoint.names;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The weights of a base whose rows another generation of transformers has in other weights, by the names there. */
final class RowPlaces {
    private final LoadRenames rules;
    private final Map<String, RowBlocks> places = new HashMap<>();

    private RowPlaces(LoadRenames rules) {
        this.rules = rules;
    }

    static RowPlaces of(Set<String> names, LoadRenames rules) {
        RowPlaces places = new RowPlaces(rules);
        Map<String, SortedMap<Integer, String>> joined = new HashMap<>();
        Map<String, Integer> wanted = new HashMap<>();
        for (String name : names) {
            rules.cutOfBase(name).ifPresent(cut -> {
                if (cut.cuts()) {
                    places.addBlocks(name, cut);
                } else {
                    String whole = cut.names().getFirst();
                    joined.computeIfAbsent(whole, key -> new TreeMap<>()).put(cut.source(), name);
                    wanted.put(whole, cut.sources());
                }
            });
        }
        joined.forEach((whole, parts) -> {
            if (parts.size() == wanted.get(whole)) {
                places.places.put(whole, new RowBlocks(List.copyOf(parts.values()), 0, 1));
            }
        });
        return places;
    }

    private void addBlocks(String name, RowCut cut) {
        for (int i = 0; i < cut.names().size(); i++) {
            places.put(
                    cut.names().get(i),
                    new RowBlocks(List.of(name), i, cut.names().size()));
        }
    }

    /** The place of a name in memory, or of one on disk of which the base has what loading makes of it. */
    Optional<RowBlocks> find(String name, ParameterNames base) {
        String prefix = rules.prefix().isEmpty() ? "" : rules.prefix() + ".";
        String other = name.startsWith(prefix) ? name.substring(prefix.length()) : prefix + name;
        return Stream.of(name, other)
                .flatMap(each -> known(each, base).stream())
                .findFirst();
    }

    private Optional<RowBlocks> known(String name, ParameterNames base) {
        RowBlocks found = places.get(name);
        return found != null ? Optional.of(found) : rules.cut(name).flatMap(cut -> loaded(cut, base));
    }

    private static Optional<RowBlocks> loaded(RowCut cut, ParameterNames base) {
        List<String> parameters = new ArrayList<>();
        for (String name : cut.names()) {
            List<Place> at = base.find(name);
            if (at.size() != 1) {
                return Optional.empty();
            }
            parameters.add(at.getFirst().parameter());
        }
        return Optional.of(new RowBlocks(parameters, cut.source(), cut.sources()));
    }
}
