package dev.ingot.validate.page;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a model card says beyond the report.
 *
 * @param baseModel as the adapter names its base: a repository on the Hub, or a path on somebody's disk, which no card repeats
 * @param license that base or adapter states
 * @param tags beyond {@code ingot} and {@code merged}: {@code lora}, {@code llama}
 * @param task {@code text-generation}, where the checkpoint's class says it
 * @param report where the report's page is: a path beside the card, or at the registry
 */
public record CardFacts(
        String baseModel, Optional<License> license, List<String> tags, Optional<String> task, String report) {
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");

    public CardFacts {
        tags = List.copyOf(tags);
    }

    /** The base's repository on the Hub, if that is what the adapter names. */
    Optional<String> repository() {
        return Optional.of(baseModel).filter(name -> REPOSITORY.matcher(name).matches());
    }
}
