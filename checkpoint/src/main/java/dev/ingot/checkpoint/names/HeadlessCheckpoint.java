package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.loading.KnownModules;
import dev.ingot.checkpoint.loading.TaskClass;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A checkpoint of a body alone ({@code LlamaModel}), on which an adapter of a class with a head was trained. transformers adds base_model_prefix to
 * its names while it loads them, 4.57 to every name of a checkpoint or to none; so with a head beside them they have to be written with the prefix,
 * as save_pretrained of the class with the head writes them.
 *
 * @param prefix of that class, without the dot
 * @param architecture that config.json has to name; the body's own where the head is another task's, which {@link TaskClass} names
 */
public record HeadlessCheckpoint(String prefix, String architecture) {
    private static final String BODY = "Model";
    private static final String LANGUAGE_TASK = "CAUSAL_LM";
    private static final List<String> LANGUAGE_MODELS = List.of("ForCausalLM", "LMHeadModel");
    private static final Set<String> OUTPUTS = Set.of("lm_head.weight", "embed_out.weight");

    /**
     * Empty where the names may stay: the base names a class with a head or has its prefix, or the adapter was trained on the body alone. An own
     * output embedding that was random at training and not saved is none.
     *
     * @param names of the base's parameters
     * @param taskType of adapter_config.json
     * @param keys of the adapter's tensors, as they stand in its file
     */
    public static Optional<HeadlessCheckpoint> of(
            ModelConfig config, Collection<String> names, String taskType, Collection<String> keys) {
        String body = bodyOf(config);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> headed = LANGUAGE_TASK.equals(taskType)
                ? languageModel(body)
                        .filter(known -> !config.deniesTying() || keys.stream().anyMatch(HeadlessCheckpoint::isOutput))
                : TaskClass.of(taskType, body).map(TaskClass::architecture);
        return headed.flatMap(known -> prefixOf(known, body))
                .filter(prefix -> names.stream().noneMatch(name -> name.startsWith(prefix + ".")))
                .map(prefix -> new HeadlessCheckpoint(prefix, LANGUAGE_TASK.equals(taskType) ? headed.get() : body));
    }

    /** The body's class: as config.json says, or for its model_type where it names none; empty for a class with a head. */
    private static String bodyOf(ModelConfig config) {
        String named = config.architecture();
        boolean other = LANGUAGE_MODELS.stream().anyMatch(named::endsWith);
        if (named.isEmpty()) {
            return RenameTable.get().bodyOf(config.modelType()).orElse("");
        }
        return named.endsWith(BODY) && !other ? named : "";
    }

    /** The language model on the body of a base that is one; empty for a class with a head, and for a body without language model. */
    public static Optional<String> languageModelOn(ModelConfig config) {
        return config.architecture().isEmpty() ? Optional.empty() : languageModel(bodyOf(config));
    }

    private static Optional<String> languageModel(String body) {
        if (!body.endsWith(BODY)) {
            return Optional.empty();
        }
        String family = body.substring(0, body.length() - BODY.length());
        return LANGUAGE_MODELS.stream()
                .map(ending -> family + ending)
                .filter(name -> KnownModules.of(name).isPresent())
                .findFirst();
    }

    private static Optional<String> prefixOf(String headed, String body) {
        RenameTable table = RenameTable.get();
        return table.classOf(headed)
                .or(() -> table.classOf(body))
                .map(RenameTable.ModelClass::prefix)
                .filter(prefix -> !prefix.isEmpty());
    }

    private static boolean isOutput(String key) {
        return OUTPUTS.stream().anyMatch(output -> key.equals(output) || key.endsWith("." + output));
    }

    /** A tensor's name in the class with the head. */
    public String nameOf(String stored) {
        return prefix + "." + stored;
    }

    /** config.json of the class with the head. */
    public ModelConfig applied(ModelConfig config) {
        JsonArray classes = new JsonArray(List.of(new JsonText(architecture)));
        return new ModelConfig(config.json().with(List.of("architectures"), classes));
    }
}
