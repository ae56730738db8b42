package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.loading.LayerStack.Gap;
import dev.ingot.checkpoint.loading.ModelClass.NestedModel;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a checkpoint lacks of its own model. No list of a class's parameters can say it alone, because options add and remove modules; so a layer is
 * held against its fellows of the same kind, and the table of classes says whether what it lacks is a matrix that the model multiplies with.
 *
 * @param certain parameters, and whole layers, without which the model cannot be: transformers would fill them with random numbers
 * @param doubtful parameters that fellow layers have, of a class that the table does not know, or of a kind that some layers do without
 */
public record MissingWeights(List<String> certain, List<String> doubtful) {
    private static final List<String> COUNTS = List.of("num_hidden_layers", "n_layer", "n_layers", "num_layers");
    private static final List<String> KINDS = List.of("layer_types", "layers_block_type", "mlp_layer_types");
    private static final String TEXT = "text_config";
    private static final Pattern EMBEDDING = Pattern.compile("emb|wte|tok|\\bw\\.weight$", Pattern.CASE_INSENSITIVE);
    private static final String NORM_OF_INPUT = "input_layernorm.weight";
    private static final Pattern NORM_OR_BIAS = Pattern.compile("norm[^.]*\\.weight$|ln_\\d\\.weight$|\\.bias$");
    private static final List<String> CAUSAL = List.of("ForCausalLM", "LMHeadModel");
    /** Last names of stacks that hold one layer for each that the config counts; others share layers, or are stages. */
    private static final Set<String> COUNTED = Set.of("layers", "h", "blocks", "block");

    private static final MissingWeights NONE = new MissingWeights(List.of(), List.of());

    public MissingWeights {
        certain = List.copyOf(certain);
        doubtful = List.copyOf(doubtful);
    }

    /** @param parameters every parameter of the model by name, with the tensor that holds it */
    public static MissingWeights of(ModelConfig config, Map<String, LocatedTensor> parameters) {
        List<LayerStack> stacks = LayerStack.of(parameters.keySet());
        Optional<String> head = absentHead(config, parameters);
        List<String> apart = absentApart(config, parameters, stacks);
        return head.isEmpty() && apart.isEmpty() && isWhole(config, stacks)
                ? NONE
                : new Search(config, parameters, placements(config)).among(stacks, head, apart);
    }

    /** What every causal language model has beside its layers, and is there by no name: an embedding of its tokens, a norm behind its layers. */
    private static List<String> absentApart(
            ModelConfig config, Map<String, LocatedTensor> parameters, List<LayerStack> stacks) {
        List<String> absent = new ArrayList<>();
        if (CAUSAL.stream().noneMatch(config.architecture()::endsWith) || count(config.text()) == 0) {
            return absent;
        }
        if (!hasEmbedding(config, parameters)) {
            absent.add("an embedding of its tokens");
        }
        stacks.stream()
                .filter(stack -> !stack.isOfExperts()
                        && isCounted(stack)
                        && stack.absentBelow(count(config.text())).isEmpty())
                .filter(stack -> norms(stack) && !isFollowedByNorm(stack, parameters))
                .forEach(stack -> absent.add("a norm behind " + stack.path()));
        return absent;
    }

    /** Whether some matrix has the name of an embedding, or is the head that serves as one. */
    private static boolean hasEmbedding(ModelConfig config, Map<String, LocatedTensor> parameters) {
        return parameters.entrySet().stream()
                .filter(entry -> rank(entry.getValue()) > 1)
                .anyMatch(entry -> EMBEDDING.matcher(entry.getKey()).find()
                        || entry.getKey().startsWith("lm_head.") && !config.deniesTying());
    }

    /** Whether each layer norms what comes in: then what leaves the last one is normed too. */
    private static boolean norms(LayerStack stack) {
        return stack.layers().firstEntry().getValue().contains(NORM_OF_INPUT);
    }

    private static boolean isFollowedByNorm(LayerStack stack, Map<String, LocatedTensor> parameters) {
        return parameters.entrySet().stream()
                .anyMatch(entry -> !entry.getKey().startsWith(stack.path() + ".") && rank(entry.getValue()) == 1);
    }

    private static int rank(LocatedTensor tensor) {
        return tensor.shape().rank();
    }

    private static boolean isCounted(LayerStack stack) {
        return COUNTED.contains(stack.path().substring(stack.path().lastIndexOf('.') + 1));
    }

    /** The output embedding where nothing holds it although the config says that it is a matrix of its own; multimodal configs say it wrongly, Open-Llama's in another word. */
    private static Optional<String> absentHead(ModelConfig config, Map<String, LocatedTensor> parameters) {
        boolean flat = config.json().object(TEXT).isEmpty();
        boolean shared = config.json().bool("shared_input_output_embedding").orElse(false);
        return Embeddings.of(parameters::containsKey)
                .map(Embeddings::output)
                .filter(head -> flat && !shared && config.deniesTying() && !parameters.containsKey(head));
    }

    /** Whether nothing is missing by names alone: nearly always, and then the table need not be read. */
    private static boolean isWhole(ModelConfig config, List<LayerStack> stacks) {
        int count = count(config.text());
        boolean counted = stacks.isEmpty()
                || stacks.stream().anyMatch(stack -> stack.absentBelow(count).isEmpty());
        return counted
                && stacks.stream().allMatch(stack -> gaps(stack, config.text()).isEmpty());
    }

    private static List<Gap> gaps(LayerStack stack, JsonObject config) {
        return stack.gaps(layer -> stack.isOfExperts() ? "" : kind(config, layer));
    }

    private static List<Placement> placements(ModelConfig config) {
        return Stream.of(TransformersGeneration.V5, TransformersGeneration.V4)
                .map(ModuleTable::of)
                .flatMap(table -> (config.architecture().isEmpty()
                                ? table.languageModelOf(config.modelType())
                                : table.find(config.architecture()))
                        .stream().map(model -> new Placement(model, table, config)))
                .toList();
    }

    /** How many layers a config counts; 0 where it counts none. Where it has two names for it, one counts halves of layers. */
    private static int count(JsonObject config) {
        return COUNTS.stream()
                .flatMap(name -> config.integer(name).stream())
                .min(Long::compare)
                .map(count -> (int) Math.clamp(count, 0, 1 << 16))
                .orElse(0);
    }

    /** What a config says of one layer, in any words; the layers that take over the keys and values of others are a kind of their own. */
    private static String kind(JsonObject config, int layer) {
        List<String> words = new ArrayList<>();
        for (String name : KINDS) {
            List<String> kinds = config.array(name).flatMap(JsonArray::texts).orElse(List.of());
            words.add(layer < kinds.size() ? kinds.get(layer) : "");
        }
        long shared = config.integer("num_kv_shared_layers").orElse(0L);
        words.add(shared > 0 && layer >= count(config) - shared ? "shared" : "");
        return String.join(" ", words);
    }

    /** A stack and the config that describes it. */
    private record Described(LayerStack stack, String name, JsonObject config) {
        boolean isLanguageModel() {
            return name.isEmpty() || name.equals(TEXT);
        }
    }

    /** @param placements of the class, newest generation first; none for a class that the table does not have */
    private record Search(ModelConfig config, Map<String, LocatedTensor> parameters, List<Placement> placements) {
        MissingWeights among(List<LayerStack> stacks, Optional<String> head, List<String> apart) {
            Map<String, List<Described>> byConfig = new HashMap<>();
            stacks.stream()
                    .filter(stack -> !stack.isOfExperts())
                    .flatMap(stack -> described(stack).stream())
                    .forEach(each -> byConfig.computeIfAbsent(each.name(), _ -> new ArrayList<>())
                            .add(each));
            List<String> certain =
                    new ArrayList<>(head.filter(this::isLinearWithout).stream().toList());
            List<String> doubtful = new ArrayList<>();
            (isKnown() ? certain : doubtful).addAll(apart);
            byConfig.values().stream()
                    .filter(alike -> alike.size() == 1)
                    .forEach(alike -> add(alike.getFirst(), certain, doubtful));
            stacks.stream()
                    .filter(LayerStack::isOfExperts)
                    .flatMap(stack -> gaps(stack, config.text()).stream())
                    .forEach(gap -> (isNeeded(gap) ? certain : doubtful).add(gap.parameter()));
            return new MissingWeights(sorted(certain), sorted(doubtful));
        }

        private void add(Described described, List<String> certain, List<String> doubtful) {
            int count = count(described.config());
            LayerStack layers = described.stack().below(count);
            List<String> absent = described.stack().absentBelow(count).stream()
                    .map(layers::layer)
                    .toList();
            if (isCounted(layers)) {
                (isKnown() && described.isLanguageModel() ? certain : doubtful).addAll(absent);
            }
            for (Gap gap : gaps(layers, described.config())) {
                (isNeeded(gap) ? certain : doubtful).add(gap.parameter());
            }
        }

        private static List<String> sorted(List<String> names) {
            return names.stream().distinct().sorted().toList();
        }

        /** Whether the class has a linear layer of this name, and nothing is stored that becomes its weight. */
        private boolean isLinearWithout(String weight) {
            return placements.stream()
                    .map(Placement::model)
                    .anyMatch(model -> model.kindOf(weight).equals(Optional.of(ModuleKind.LINEAR))
                            && parameters.keySet().stream()
                                    .noneMatch(name -> model.namesInModel(name).contains(weight)));
        }

        private boolean isKnown() {
            return !placements.isEmpty();
        }

        /**
         * A linear layer is; a norm, a bias and another matrix where most layers have it: one layer of many may hold a matrix for all, and
         * ModernBERT's first has no norm of its own.
         */
        private boolean isNeeded(Gap gap) {
            boolean counts = rank(parameters.get(gap.fellow())) > 1
                    || NORM_OR_BIAS.matcher(gap.parameter()).find()
                            && !gap.parameter().endsWith(".attn_norm.weight");
            return isKnown() && gap.rare() && counts
                    || places(gap.fellow()).anyMatch(place -> switch (place.kind()) {
                        case LINEAR, LINEAR_SUBCLASS, CONV1D, REARRANGED -> true;
                        case OTHER, AMBIGUOUS -> false;
                    });
        }

        /** Empty for a stack of which no class knows anything, and for one that no config counts. */
        private Optional<Described> described(LayerStack stack) {
            Optional<String> inside = placements.isEmpty() ? Optional.of("") : nested(stack);
            return inside.map(name -> new Described(stack, name, configOf(name)))
                    .filter(described -> count(described.config()) > 0);
        }

        private JsonObject configOf(String name) {
            return name.isEmpty() || name.equals(TEXT)
                    ? config.text()
                    : config.json().object(name).orElse(JsonObject.empty());
        }

        /** Name of the config that describes a stack, {@code ""} for the model's own; empty for a stack that the class has not. */
        private Optional<String> nested(LayerStack stack) {
            int number = stack.layers().firstKey();
            return stack.layers().get(number).stream()
                    .map(rest -> stack.layer(number) + "." + rest)
                    .flatMap(this::places)
                    .filter(place -> place.kind() != ModuleKind.OTHER)
                    .map(Placement.Place::parameter)
                    .findFirst()
                    .map(this::nested);
        }

        private String nested(String parameter) {
            return placements.stream()
                    .flatMap(placement -> placement.model().nested().entrySet().stream())
                    .filter(entry -> parameter.startsWith(entry.getKey() + "."))
                    .findFirst()
                    .map(Map.Entry::getValue)
                    .map(NestedModel::config)
                    .orElse("");
        }

        private Stream<Placement.Place> places(String parameter) {
            return placements.stream().flatMap(placement -> placement.of(parameters.get(parameter)).stream());
        }
    }
}
