package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.ParameterPair;
import dev.ingot.checkpoint.model.FusedExperts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for the place of a key in the base, given the path that its module had in the trained model. */
final class KeyPlaces {
    private static final String INFIX = ".base_layer";
    private static final String OUTPUT = ".base_layer.out_proj";
    private static final Pattern EXPERT = Pattern.compile("(.+\\.experts)(\\.\\d+\\..+)");

    private final ParameterNames base;
    private final AdapterConfig config;
    private final Function<String, Optional<Shape>> shapes;
    private final BiPredicate<String, String> owners;

    KeyPlaces(ParameterNames base, AdapterConfig config, Function<String, Optional<Shape>> shapes) {
        this.base = base;
        this.config = config;
        this.shapes = shapes;
        this.owners = FusedExperts.owners(shapes);
    }

    /**
     * Where a key leads.
     *
     * @param key by the base's names
     * @param parameter of the base that stands for the place; one of several for experts
     */
    record Found(AdapterKey key, String parameter, List<String> rules) {}

    /** Without renames: whether the base has exactly the names that PEFT's grammar gives. */
    boolean isDirect(AdapterKey key, String path) {
        return switch (key.role()) {
            case WHOLE, ORIGINAL, BASE_LAYER -> base.has(target(key, path));
            default -> base.has(path + ".weight") && !ParameterPair.isPart(at(key, path), config, owners);
        };
    }

    /** The place; empty where the base has none. RefusedInput {@code adapter.ambiguous-key} where it has more than one. */
    Optional<Found> find(AdapterKey key, String path) {
        AdapterKey here = at(key, path);
        List<Found> found = switch (key.role()) {
            case WHOLE, ORIGINAL, BASE_LAYER -> whole(here);
            case LORA_A, LORA_B -> pairs(here);
            default -> factors(here);
        };
        Map<String, Found> distinct = new TreeMap<>();
        found.forEach(each -> distinct.putIfAbsent(each.parameter(), each));
        if (distinct.size() > 1) {
            throw ambiguous(
                    key, distinct.values().stream().map(Found::parameter).toList());
        }
        return distinct.values().stream().findFirst();
    }

    private static AdapterKey at(AdapterKey key, String module) {
        return new AdapterKey(key.raw(), module, key.role(), key.parameter());
    }

    private static String target(AdapterKey key, String path) {
        return at(key, path).target();
    }

    private List<Found> whole(AdapterKey key) {
        List<Place> places = base.find(key.target());
        if (places.isEmpty()) {
            return rearranged(key);
        }
        return places.stream()
                .map(place -> {
                    int dot = place.parameter().lastIndexOf('.');
                    String module = dot < 0 ? "" : place.parameter().substring(0, dot);
                    String parameter = place.parameter().substring(dot + 1);
                    boolean bare = dot < 0 || place.parameter().equals(key.target());
                    AdapterKey found = bare ? key : new AdapterKey(key.raw(), module, key.role(), parameter);
                    return new Found(found, place.parameter(), place.rules());
                })
                .toList();
    }

    private List<Found> rearranged(AdapterKey key) {
        List<Found> rows = rows(key, key.target());
        return !rows.isEmpty()
                ? rows
                : RearrangedParameter.find(key.module(), key.parameter(), base, shapes)
                        .map(RearrangedParameter::pieces)
                        .map(pieces -> new Found(
                                key,
                                pieces.getFirst().parameter(),
                                List.of("experts: in %d tensors of the base".formatted(pieces.size()))))
                        .stream()
                        .toList();
    }

    /** Of a parameter that target_parameters names where the base has it in the module, else of the module's weight. */
    private List<Found> pairs(AdapterKey key) {
        List<Found> found = parameters(key);
        return found.isEmpty() ? factors(key) : found;
    }

    private List<Found> factors(AdapterKey key) {
        List<Found> found = new ArrayList<>(ofWeight(key, key.module(), "", ".weight"));
        found.addAll(ofWeight(key, key.module(), "", ".in_proj_weight"));
        if (key.module().endsWith(OUTPUT)) {
            String attention = key.module().substring(0, key.module().length() - OUTPUT.length());
            found.addAll(ofWeight(key, attention, OUTPUT, ".in_proj_weight"));
        }
        return found.isEmpty() ? singleExpert(key) : found;
    }

    /** @param behind what the key's module has behind {@code module} */
    private List<Found> ofWeight(AdapterKey key, String module, String behind, String parameter) {
        return base.find(module + parameter).stream()
                .filter(place -> place.parameter().endsWith(parameter))
                .map(place -> new Found(
                        at(key, without(place.parameter(), parameter) + behind), place.parameter(), place.rules()))
                .toList();
    }

    private static String without(String name, String end) {
        return name.substring(0, name.length() - end.length());
    }

    /** A projection of one expert, which the base has inside of a fused parameter. */
    private List<Found> singleExpert(AdapterKey key) {
        Matcher matcher = EXPERT.matcher(key.module());
        if (!matcher.matches()) {
            return rows(key, key.module() + ".weight");
        }
        List<Found> found = new ArrayList<>();
        for (String module : base.expertModules(matcher.group(1))) {
            String own = module + matcher.group(2);
            FusedExperts.findFused(own, shapes)
                    .map(experts -> experts.parts().getFirst().tensor())
                    .ifPresent(tensor -> found.add(new Found(at(key, own), tensor, moved(key.module(), own))));
        }
        return found;
    }

    /** A linear layer, or a parameter of one, that the base has as rows of another, or in several. */
    private List<Found> rows(AdapterKey key, String parameter) {
        return base.rowBlocks(parameter).stream()
                .map(rows -> new Found(key, rows.parameters().getFirst(), List.of(rows.text())))
                .toList();
    }

    /** What target_parameters names: the module that holds the parameter, or the base's module for it. */
    private List<Found> parameters(AdapterKey key) {
        String owner = key.module();
        while (owner.endsWith(INFIX)) {
            owner = without(owner, INFIX);
        }
        String behind = key.module().substring(owner.length());
        for (String parameter : config.targetParameters().candidates(owner)) {
            List<Found> found = new ArrayList<>(ofWeight(key, owner, behind, "." + parameter));
            for (String module : found.isEmpty() ? base.expertModules(owner) : Set.<String>of()) {
                FusedExperts.find(module, parameter, shapes)
                        .map(experts -> experts.parts().getFirst().tensor())
                        .ifPresent(tensor -> found.add(
                                new Found(at(key, module + behind), tensor, moved(key.module(), module + behind))));
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private static List<String> moved(String from, String to) {
        return from.equals(to) ? List.of() : List.of("experts: " + from + " => " + to);
    }

    private static RefusedInput ambiguous(AdapterKey key, List<String> places) {
        return new RefusedInput(
                "adapter.ambiguous-key",
                "%s of the adapter fits %d tensors of the base: %s."
                        .formatted(key.raw(), places.size(), String.join(", ", places)),
                "check --base; name the tensors as PEFT's save_pretrained does on that very base");
    }
}
