package dev.ingot.validate;

import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.validate.ValidateConfig.Destination;
import java.util.List;

/** Code that loads a checkpoint, for people to copy. */
final class LoadLines {
    private LoadLines() {}

    static List<String> of(RunRequest request, Plan plan, Destination destination) {
        String name = plan.architecture().endsWith("ForSequenceClassification")
                ? "AutoModelForSequenceClassification"
                : "AutoModelForCausalLM";
        String load = "%s.from_pretrained(\"./%s\")".formatted(name, request.model());
        return switch (destination) {
            case FOLDER -> List.of(load);
            case REGISTRY ->
                List.of(
                        "ingot pull %s/%s ./%s".formatted(request.run().team(), request.model(), request.model()),
                        load);
        };
    }
}
