package dev.ingot.validate;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.validate.ValidateConfig.Destination;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Code that loads a checkpoint, for people to copy. */
public final class LoadLines {
    private static final List<String> CLASSES =
            List.of("ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering", "ForMaskedLM");

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

    /** The line that loads a folder with transformers. */
    public static String load(String architecture, String folder) {
        String name = CLASSES.stream()
                .filter(architecture::endsWith)
                .findFirst()
                .map("AutoModel"::concat)
                .orElse("AutoModelForCausalLM");
        return "%s.from_pretrained(\"%s\")"
                .formatted(name, folder.replace("\\", "\\\\").replace("\"", "\\\""));
    }
}
