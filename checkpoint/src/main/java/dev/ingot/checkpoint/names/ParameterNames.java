package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.LoadRenames.Renamed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names of a base's parameters, found by any name that a release of transformers has for them. Base and adapter are both brought to the names
 * that transformers has in memory, and meet there: a regular expression need not be turned around, which transformers does when it saves and which
 * is not always possible.
 */
public final class ParameterNames {
    private static final String EXPERTS = ".experts.";
    private static final String REPAIR = "base_model_prefix ";

    private final Set<String> names;
    private final ModelConfig config;
    private final Map<String, List<Place>> found = new HashMap<>();
    private @Nullable RowPlaces rowPlaces;
    private boolean renamesRead;
    private Renames renames = Renames.NONE;

    /** @param names of every parameter of the model, that of an output embedding which shares the input's matrix too */
    public ParameterNames(Set<String> names, ModelConfig config) {
        this.names = Collections.unmodifiableSet(new TreeSet<>(names));
        this.config = config;
    }

    /** What the renames of the base's class make of its names; read when a name is asked for that the base has not. */
    private record Renames(
            Optional<LoadRenames> rules,
            Map<String, Set<String>> newest,
            Map<String, Set<String>> older,
            Map<String, String> converted,
            Map<String, Set<String>> experts) {
        static final Renames NONE = new Renames(Optional.empty(), Map.of(), Map.of(), Map.of(), Map.of());

        String prefix() {
            return rules.map(LoadRenames::prefix).orElse("");
        }
    }

    public Set<String> all() {
        return names;
    }

    public boolean has(String name) {
        return names.contains(name);
    }

    static boolean isRepair(String rule) {
        return rule.startsWith(REPAIR);
    }

    /** Every parameter that {@code name} can mean: more than one is for the caller to refuse. */
    public List<Place> find(String name) {
        List<Place> known = found.get(name);
        if (known == null) {
            known = search(name);
            found.put(name, known);
        }
        return known;
    }

    private List<Place> search(String name) {
        Map<String, Place> places = new LinkedHashMap<>();
        if (names.contains(name)) {
            places.put(name, new Place(name, List.of()));
        }
        Renames known = renames();
        if (known.rules().isEmpty()) {
            return List.copyOf(places.values());
        }
        inMemory(name, List.of(), places);
        if (places.isEmpty()) {
            known.rules()
                    .orElseThrow()
                    .olderOnDisk(name)
                    .ifPresent(disk -> inMemory(disk.name(), disk.rules(), places));
        }
        if (places.isEmpty()) {
            repaired(name, known.prefix(), places);
        }
        return List.copyOf(places.values());
    }

    /** Takes a name for one in memory, then for one on disk that either release loads. */
    private void inMemory(String name, List<String> before, Map<String, Place> places) {
        Renames known = renames();
        LoadRenames rules = known.rules().orElseThrow();
        add(places, known.newest().get(name), before, true);
        Renamed forward = rules.newest(name);
        if (!forward.converted()) {
            if (names.contains(forward.name())) {
                add(places, Set.of(forward.name()), joined(before, forward.rules()), false);
            }
            add(places, known.newest().get(forward.name()), joined(before, forward.rules()), false);
        }
        Renamed older = rules.older(name);
        add(places, known.older().get(name), before, true);
        add(places, known.older().get(older.name()), joined(before, older.rules()), false);
    }

    /** base_model_prefix too much or too little: names of a model's body are loaded into the model, and the other way round. */
    private void repaired(String name, String prefix, Map<String, Place> places) {
        if (prefix.isEmpty()) {
            return;
        }
        String longer = prefix + "." + name;
        String shorter = name.startsWith(prefix + ".") ? name.substring(prefix.length() + 1) : "";
        for (String other : List.of(longer, shorter)) {
            String rule = other.equals(longer) ? REPAIR + prefix + ". added" : REPAIR + prefix + ". removed";
            if (names.contains(other)) {
                places.putIfAbsent(other, new Place(other, List.of(rule)));
            } else if (!other.isEmpty()) {
                inMemory(other, List.of(rule), places);
            }
        }
    }

    private void add(Map<String, Place> places, @Nullable Set<String> hits, List<String> before, boolean back) {
        if (hits == null) {
            return;
        }
        for (String hit : hits) {
            places.computeIfAbsent(
                    hit, parameter -> new Place(parameter, back ? joined(before, undone(parameter)) : before));
        }
    }

    private List<String> undone(String parameter) {
        LoadRenames rules = renames().rules().orElseThrow();
        List<String> applied = rules.newestOfBase(parameter).rules();
        List<String> shown = applied.isEmpty() ? rules.older(parameter).rules() : applied;
        return shown.stream().map(rule -> "undone: " + rule).toList();
    }

    private static List<String> joined(List<String> one, List<String> other) {
        List<String> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    /** The tensors of the base that loading puts together or cuts up to a parameter of this name; empty where it does not. */
    public Optional<String> rearranged(String name) {
        return Optional.ofNullable(renames().converted().get(name));
    }

    /**
     * Where the base has the rows of a weight that it has not under this name, or any other, because a release of transformers fuses it or cuts it up;
     * empty where there is no such place.
     */
    public Optional<RowBlocks> rowBlocks(String name) {
        if (rowPlaces == null) {
            rowPlaces = RowPlaces.of(names, LoadRenames.of(config, names));
        }
        return rowPlaces.find(name, this);
    }

    /** Modules of the base that hold what {@code module}, which ends in {@code .experts}, holds in memory. */
    public Set<String> expertModules(String module) {
        Set<String> modules = new LinkedHashSet<>(List.of(module));
        modules.addAll(renames().experts().getOrDefault(module + ".", Set.of()));
        return modules;
    }

    private Renames renames() {
        if (!renamesRead) {
            renamesRead = true;
            renames = read();
        }
        return renames;
    }

    private Renames read() {
        LoadRenames rules = LoadRenames.of(config, names);
        Map<String, Set<String>> newest = new HashMap<>();
        Map<String, Set<String>> older = new HashMap<>();
        Map<String, String> converted = new HashMap<>();
        Map<String, Set<String>> experts = new HashMap<>();
        for (String name : names) {
            Renamed renamed = rules.newestOfBase(name);
            if (renamed.converted()) {
                converted.put(renamed.name(), name);
            } else {
                newest.computeIfAbsent(renamed.name(), key -> new LinkedHashSet<>())
                        .add(name);
            }
            older.computeIfAbsent(rules.older(name).name(), key -> new LinkedHashSet<>())
                    .add(name);
            if (name.contains(EXPERTS)) {
                head(renamed.unconverted()).ifPresent(head -> addHead(experts, head, name));
                head(rules.older(name).name()).ifPresent(head -> addHead(experts, head, name));
            }
        }
        return new Renames(Optional.of(rules), newest, older, converted, experts);
    }

    private static void addHead(Map<String, Set<String>> experts, String head, String name) {
        String own = head(name).orElseThrow();
        experts.computeIfAbsent(head, key -> new LinkedHashSet<>()).add(own.substring(0, own.length() - 1));
    }

    private static Optional<String> head(String name) {
        int at = name.indexOf(EXPERTS);
        return at < 0 ? Optional.empty() : Optional.of(name.substring(0, at + EXPERTS.length()));
    }
}
