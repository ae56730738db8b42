package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.adapter.AdapterKeys;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.checkpoint.loading.LoadedNames;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.AdapterName;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.Place;
import dev.ingot.validate.weights.Unmergeable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The judge's own way from an adapter's raw keys to the base: words that say how something is wrapped are left out on both sides, and what is left
 * has to be one parameter's alone. It knows nothing of prefixes that hold for a whole file: names in memory are those that were seen in models, and
 * rules of renaming are asked only for parameters that were saved whole under a name that was not.
 */
public final class KeyMatching {
    private static final String PEFT = "base_model.model.";
    private static final String INFIX = ".base_layer";
    private static final String EXPERTS = ".experts.";
    private static final int FORMS = 4;

    private final AdapterConfig config;
    private final Set<String> base;
    private final List<Map<String, Set<String>>> parameters = new ArrayList<>();
    private final List<Map<String, Set<String>>> experts = new ArrayList<>();
    private final Map<String, String> trained = new LinkedHashMap<>();
    private final ParameterNames byRule;

    /**
     * Keys by the base's names.
     *
     * @param trained path in the trained model by path in the base, where the two differ
     */
    public record Matched(List<AdapterKey> keys, Map<String, String> trained) {}

    private KeyMatching(AdapterConfig config, Collection<String> base, ModelConfig model) {
        this.config = config;
        this.base = new TreeSet<>(base);
        this.byRule = new ParameterNames(this.base, model);
        LoadedNames loaded = LoadedNames.of(model);
        for (int i = 0; i < FORMS; i++) {
            parameters.add(new HashMap<>());
            experts.add(new HashMap<>());
        }
        for (String name : this.base) {
            for (String other : loaded.of(name)) {
                index(parameters, other, name);
            }
            int at = name.indexOf(EXPERTS);
            if (at >= 0) {
                String module = name.substring(0, at + EXPERTS.length() - 1);
                loaded.of(module).forEach(other -> index(experts, other, module));
            }
        }
    }

    private static void index(List<Map<String, Set<String>>> index, String name, String parameter) {
        List<String> forms = KeyWords.forms(name);
        for (int i = 0; i < FORMS; i++) {
            index.get(i).computeIfAbsent(forms.get(i), form -> new TreeSet<>()).add(parameter);
        }
    }

    /** Matches them; keys that are no part of the model are left out. Unmergeable for a name that fits more than one parameter. */
    public static Matched match(
            Collection<String> raw, AdapterConfig config, Collection<String> base, ModelConfig model) {
        KeyMatching matching = new KeyMatching(config, base, model);
        Set<String> words = KeyWords.words(matching.base);
        List<String> inside = raw.stream()
                .filter(key -> !AdapterName.isOthers(key, config.inMemory()))
                .filter(key -> !KeyWords.isOutside(key, words))
                .filter(key -> !KeyWords.isCritic(key, config, words))
                .toList();
        String attribute = KeyWords.attribute(inside, words);
        List<AdapterKey> keys = inside.stream()
                .map(key -> matching.matched(key, attribute))
                .toList();
        return new Matched(keys, matching.trained);
    }

    private AdapterKey matched(String raw, String attribute) {
        String name = KeyWords.readable(raw).substring(attribute.length());
        AdapterKey key = parsed(name, raw);
        if (key.role() == Role.SHARED) {
            return key;
        }
        return switch (key.role()) {
            case WHOLE, BASE_LAYER, ORIGINAL -> whole(key);
            default -> factor(key);
        };
    }

    /** Tensors of all modules stand below PEFT's outermost object, whatever is around that. */
    private AdapterKey parsed(String name, String raw) {
        Optional<AdapterType> type = config.type();
        int at = Math.max(0, name.lastIndexOf("base_model."));
        AdapterKey inner = parse(name.substring(at), type);
        AdapterKey key = inner.role() == Role.SHARED ? inner : parse(name, type);
        return new AdapterKey(raw, key.module(), key.role(), key.parameter());
    }

    private static AdapterKey parse(String name, Optional<AdapterType> type) {
        return type.map(known -> AdapterKeys.parse(name, known)).orElseGet(() -> AdapterKeys.parse(name));
    }

    private AdapterKey whole(AdapterKey key) {
        boolean copy = key.role() == Role.BASE_LAYER
                || key.role() == Role.WHOLE && key.module().contains(INFIX);
        AdapterKey plain = new AdapterKey(
                key.raw(),
                copy ? key.module().replace(INFIX, "") : key.module(),
                copy ? Role.BASE_LAYER : key.role(),
                key.parameter());
        AdapterKey bare = at(plain, unwrapped(plain.module()));
        Optional<String> found = only(parameters, plain.target(), key.raw()).or(() -> renamed(bare));
        if (found.isEmpty()) {
            return bare;
        }
        int dot = found.get().lastIndexOf('.');
        return dot < 0
                ? new AdapterKey(key.raw(), "", plain.role(), found.get())
                : new AdapterKey(
                        key.raw(),
                        found.get().substring(0, dot),
                        plain.role(),
                        found.get().substring(dot + 1));
    }

    /** By the rules of loading, where the table of modules has no such name: it has none of norms. */
    private Optional<String> renamed(AdapterKey key) {
        List<Place> places = byRule.find(key.target());
        return places.size() == 1 ? Optional.of(places.getFirst().parameter()) : Optional.empty();
    }

    private AdapterKey factor(AdapterKey key) {
        String owner = WrappedParameters.owner(key.module());
        Optional<String> wrapped =
                WrappedParameters.isFactor(key) ? parameterOwner(owner, key.raw()) : Optional.empty();
        if (wrapped.isPresent()) {
            return moved(key, owner, wrapped);
        }
        for (String parameter : List.of(".weight", ".in_proj_weight")) {
            Optional<String> found = only(parameters, key.module() + parameter, key.raw());
            if (found.isPresent() && found.get().endsWith(parameter)) {
                String module = found.get().substring(0, found.get().length() - parameter.length());
                return moved(key, key.module(), Optional.of(module));
            }
        }
        int inner = key.module().indexOf(INFIX + ".");
        if (inner >= 0) {
            String attention = key.module().substring(0, inner);
            return moved(
                    key,
                    attention,
                    without(only(parameters, attention + ".in_proj_weight", key.raw()), ".in_proj_weight"));
        }
        int experts = key.module().indexOf(EXPERTS);
        String module = experts < 0 ? key.module() : key.module().substring(0, experts + EXPERTS.length() - 1);
        return moved(key, module, only(this.experts, module, key.raw()));
    }

    private Optional<String> parameterOwner(String owner, String raw) {
        Set<String> named = WrappedParameters.named(config, owner);
        for (String parameter : named) {
            Optional<String> found = without(only(parameters, owner + "." + parameter, raw), "." + parameter);
            if (found.isPresent()) {
                return found;
            }
        }
        return named.isEmpty() ? Optional.empty() : only(experts, owner, raw);
    }

    private static Optional<String> without(Optional<String> name, String end) {
        return name.filter(found -> found.endsWith(end))
                .map(found -> found.substring(0, found.length() - end.length()));
    }

    /** The key with {@code to} for the beginning {@code from} of its module; as it stands, without wrappers, where the base has nothing for it. */
    private AdapterKey moved(AdapterKey key, String from, Optional<String> to) {
        String module =
                to.map(found -> found + key.module().substring(from.length())).orElseGet(() -> unwrapped(key.module()));
        String path = trainedPath(key, module);
        if (!module.equals(path)) {
            trained.put(module, path);
            to.ifPresent(found -> trained.putIfAbsent(
                    found, path.substring(0, path.length() - key.module().length() + from.length())));
        }
        return at(key, module);
    }

    /** Path in the trained model: what PEFT wraps; of a key without PEFT's prefix, the longest that is one of the module's names. */
    private static String trainedPath(AdapterKey key, String module) {
        String path = unwrapped(key.module());
        return path.endsWith("." + module) && !key.raw().contains(PEFT) ? module : path;
    }

    private static String unwrapped(String module) {
        int at = module.lastIndexOf(PEFT);
        return at < 0 ? module : module.substring(at + PEFT.length());
    }

    private static AdapterKey at(AdapterKey key, String module) {
        return new AdapterKey(key.raw(), module, key.role(), key.parameter());
    }

    /** The one that {@code name} can mean when as little as possible is left out of it. */
    private Optional<String> only(List<Map<String, Set<String>>> index, String name, String raw) {
        List<String> forms = KeyWords.forms(name);
        for (int i = 0; i < FORMS; i++) {
            Set<String> found = index.get(i).getOrDefault(forms.get(i), Set.of());
            if (found.size() > 1) {
                throw new Unmergeable(
                        "%s, whose name fits %s of the base alike".formatted(raw, String.join(" and ", found)));
            }
            if (!found.isEmpty()) {
                return found.stream().findFirst();
            }
        }
        return Optional.empty();
    }
}
