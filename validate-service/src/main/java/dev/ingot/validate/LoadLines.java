package dev.ingot.validate;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.validate.ValidateConfig.Destination;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Code that loads a checkpoint, for people to copy. */
public final class LoadLines {
    private static final List<String> CLASSES =
            List.of("ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering", "ForMaskedLM");

    private static final List<String> PICKED = Stream.concat(CLASSES.stream(), Stream.of("ForCausalLM", "LMHeadModel"))
            .toList();

    private LoadLines() {}

    static List<String> of(RunRequest request, Plan plan, ValidateConfig config) {
        String folder = config.destination() == Destination.FOLDER ? config.title(request) : request.model();
        String load = load(architecture(plan), "./" + folder);
        return switch (config.destination()) {
            case FOLDER -> List.of(load);
            case REGISTRY ->
                List.of(
                        "ingot pull %s/%s ./%s".formatted(request.run().team(), request.model(), request.model()),
                        load);
        };
    }

    /** Of the checkpoint: a head that the adapter adds makes it another class than the base. */
    static String architecture(Plan plan) {
        return new ModelConfig(Json.parseObject(plan.config().getBytes(StandardCharsets.UTF_8), ModelConfig.FILE))
                .architecture();
    }

    /** The line that loads a folder with transformers: by the class that picks one where transformers has it for this head, else by the class itself. */
    public static String load(String architecture, String folder) {
        return "%s.from_pretrained(\"%s\")"
                .formatted(loader(architecture), folder.replace("\\", "\\\\").replace("\"", "\\\""));
    }

    private static String loader(String architecture) {
        boolean picked = architecture.isEmpty() || PICKED.stream().anyMatch(architecture::endsWith);
        return picked
                ? CLASSES.stream()
                        .filter(architecture::endsWith)
                        .findFirst()
                        .map("AutoModel"::concat)
                        .orElse("AutoModelForCausalLM")
                : architecture;
    }
}
