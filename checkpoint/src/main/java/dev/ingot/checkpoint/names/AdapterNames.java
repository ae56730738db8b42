package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns the raw keys of an adapter into keys by the base's names. What no model has in its names is removed; what wraps all names in front is chosen
 * once for the whole file, by how many tensors of the base it leads to; what a release of transformers renamed is found by both names. Nothing is
 * taken that the base has not.
 */
public final class AdapterNames {
    private static final Pattern PROMPT =
            Pattern.compile("(?:.*\\.)?(prompt_embeddings|prompt_encoder\\.[^.]+\\.embedding\\.weight)");

    private final ParameterNames base;
    private final AdapterConfig config;
    private final AdapterType type;
    private final KeyPlaces places;
    private final Set<String> words = new HashSet<>();
    private final Map<String, String> ignored = new LinkedHashMap<>();
    private final List<ParsedKey> parsed = new ArrayList<>();

    private AdapterNames(ParameterNames base, AdapterConfig config, Function<String, Optional<Shape>> shapes) {
        this.base = base;
        this.config = config;
        this.type = config.type().orElseThrow();
        this.places = new KeyPlaces(base, config, shapes);
        base.all().forEach(name -> words.addAll(List.of(name.split("\\.", -1))));
    }

    /**
     * Places all keys. RefusedInput {@code adapter.dialect}, {@code adapter.prompt-learning}, {@code adapter.several-names}, {@code adapter.not-found}, {@code adapter.ambiguous-prefix},
     * {@code adapter.ambiguous-key}, {@code adapter.duplicate-key}, or {@code adapter.empty} where none belongs to the trained model.
     *
     * @param raw keys of the adapter, in any order
     * @param shapes of the base's parameters
     */
    public static PlacedKeys place(
            Collection<String> raw,
            AdapterConfig config,
            ParameterNames base,
            Function<String, Optional<Shape>> shapes) {
        AdapterNames names = new AdapterNames(base, config, shapes);
        Dialect.requireNone(raw);
        names.parse(raw, config.inMemory());
        List<LeadReading> readings = names.readings();
        LeadReading chosen = LeadChoice.of(readings);
        List<PlacedKey> keys = names.placed(chosen);
        requireInjective(keys);
        return new PlacedKeys(
                keys, names.ignored, trained(keys), chosen.lead(), LeadChoice.describe(readings, names.parsed.size()));
    }

    /** A prompt that was trained beside the factors is a part of the model that no weight can hold. */
    private static void requireNoPrompt(Collection<String> raw, Set<String> ofBase) {
        Matcher prompt = PROMPT.matcher("");
        raw.stream()
                .filter(key -> prompt.reset(key).matches()
                        && !ofBase.contains(prompt.group(1).split("\\.")[0]))
                .sorted()
                .findFirst()
                .ifPresent(key -> {
                    throw new RefusedInput(
                            "adapter.prompt-learning",
                            "%s of the adapter is of PEFT's prompt learning: trained vectors before the prompt, which no weight can hold."
                                    .formatted(key),
                            "serve it with PEFT beside its base; of a LoRA that was trained with it, save the LoRA alone (PEFT: selected_adapters)");
                });
    }

    private void parse(Collection<String> raw, String inMemory) {
        AdapterName.requireOne(raw, inMemory);
        requireNoPrompt(raw, words);
        for (String key : raw) {
            Optional<String> rule = outsideOfModel(Wrappers.withoutInfixes(key));
            if (AdapterName.isOthers(key, inMemory)) {
                ignored.put(
                        key,
                        "another adapter of the checkpoint: "
                                + AdapterName.in(key).orElseThrow());
            } else if (rule.isPresent()) {
                ignored.put(key, rule.get());
            } else {
                parsed.add(ParsedKey.of(key, type));
            }
        }
        if (parsed.isEmpty()) {
            throw new RefusedInput(
                    "adapter.empty",
                    "None of the %d tensors of the adapter is of the trained model; the first is left out as %s."
                            .formatted(raw.size(), ignored.values().iterator().next()),
                    "save the trained model's adapter");
        }
    }

    private Optional<String> outsideOfModel(String name) {
        return Wrappers.isScore(name, config, words::contains)
                ? Optional.of("value head: score")
                : Wrappers.outsideOfModel(name, words::contains);
    }

    /** One reading per possible beginning, and where the best leaves factors without a place, more for language models inside of models. */
    private List<LeadReading> readings() {
        List<String> leads = leads();
        List<String> inPeft = leads.stream().filter(LeadReading::endsInPeft).toList();
        List<String> likely = inPeft.isEmpty() ? leads : inPeft;
        List<LeadReading> complete = likely.stream()
                .map(this::direct)
                .filter(LeadReading::isComplete)
                .toList();
        if (complete.size() == 1) {
            return complete;
        }
        List<LeadReading> readings = new ArrayList<>();
        likely.forEach(lead -> readings.add(read(lead, LanguagePrefix.NONE)));
        if (readings.stream().anyMatch(LeadReading::isComplete)) {
            return readings;
        }
        leads.stream()
                .filter(lead -> !likely.contains(lead))
                .forEach(lead -> readings.add(read(lead, LanguagePrefix.NONE)));
        if (readings.stream().noneMatch(LeadReading::isComplete)) {
            for (LanguagePrefix prefix : LanguagePrefix.candidates(base)) {
                leads.forEach(lead -> readings.add(read(lead, prefix)));
            }
        }
        return readings;
    }

    private List<String> leads() {
        List<String> modules = parsed.stream()
                .filter(ParsedKey::hasModule)
                .map(key -> key.key().module() + ".")
                .toList();
        String attribute = Wrappers.attribute(modules, words::contains);
        return modules.stream()
                .flatMap(module -> Wrappers.leads(module.substring(attribute.length())).stream())
                .map(lead -> attribute + lead)
                .distinct()
                .sorted((a, b) -> a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b))
                .toList();
    }

    private LeadReading direct(String lead) {
        Map<String, KeyPlaces.Found> found = new LinkedHashMap<>();
        for (ParsedKey each : parsed) {
            AdapterKey key = each.key();
            Optional<String> path = each.behind(lead).filter(behind -> places.isDirect(key, behind));
            if (path.isPresent()) {
                AdapterKey here = new AdapterKey(key.raw(), path.get(), key.role(), key.parameter());
                found.put(key.raw(), new KeyPlaces.Found(here, here.target(), List.of()));
            }
        }
        return new LeadReading(lead, LanguagePrefix.NONE, found, missing(found));
    }

    private LeadReading read(String lead, LanguagePrefix prefix) {
        Map<String, KeyPlaces.Found> found = new LinkedHashMap<>();
        for (ParsedKey each : parsed) {
            AdapterKey key = each.key();
            each.behind(lead)
                    .flatMap(path -> places.find(key, prefix.apply(path, base)))
                    .ifPresent(place -> found.put(key.raw(), place));
        }
        return new LeadReading(lead, prefix, found, missing(found));
    }

    private int missing(Map<String, KeyPlaces.Found> found) {
        return (int) parsed.stream()
                .filter(ParsedKey::hasModule)
                .filter(key -> !found.containsKey(key.key().raw()))
                .count();
    }

    private List<PlacedKey> placed(LeadReading chosen) {
        List<PlacedKey> keys = new ArrayList<>();
        for (ParsedKey each : parsed) {
            AdapterKey key = each.key();
            boolean wrapped = each.behind(chosen.lead()).isPresent();
            String trained = each.behind(chosen.lead()).orElse(key.module());
            List<String> rules = new ArrayList<>(each.rules());
            if (wrapped) {
                rules.addAll(chosen.rules());
            }
            KeyPlaces.Found found = chosen.found().get(key.raw());
            if (found != null) {
                rules.addAll(found.rules());
                keys.add(new PlacedKey(found.key(), trained, rules, true));
            } else {
                AdapterKey left = new AdapterKey(key.raw(), trained, key.role(), key.parameter());
                keys.add(new PlacedKey(left, trained, rules, !each.hasModule()));
            }
        }
        return keys;
    }

    /** Two factors of one kind for one module; parameters that were saved whole may stand there twice, if they are equal. */
    private static void requireInjective(List<PlacedKey> keys) {
        Map<String, List<PlacedKey>> byPlace = keys.stream()
                .filter(placed -> new ParsedKey(placed.key(), List.of()).isFactor())
                .collect(Collectors.groupingBy(
                        placed -> placed.key().module()
                                + " "
                                + placed.key().role()
                                + " "
                                + placed.key().parameter(),
                        LinkedHashMap::new,
                        Collectors.toList()));
        byPlace.values().stream().filter(own -> own.size() > 1).findFirst().ifPresent(own -> {
            throw new RefusedInput(
                    "adapter.duplicate-key",
                    "%s and %s of the adapter are both for %s."
                            .formatted(
                                    own.get(0).key().raw(),
                                    own.get(1).key().raw(),
                                    own.get(0).key().module()),
                    "save one adapter at a time (PEFT: selected_adapters)");
        });
    }

    /** The module itself, where a key is of one of PEFT's wrappers inside of it. */
    private static String owner(String module) {
        int infix = module.indexOf(".base_layer");
        return infix < 0 ? module : module.substring(0, infix);
    }

    private static Map<String, String> trained(List<PlacedKey> keys) {
        Map<String, String> trained = new LinkedHashMap<>();
        for (PlacedKey placed : keys) {
            String module = placed.key().module();
            if (placed.found() && !module.equals(placed.trained())) {
                trained.putIfAbsent(module, placed.trained());
                trained.putIfAbsent(owner(module), owner(placed.trained()));
            }
        }
        return trained;
    }
}
