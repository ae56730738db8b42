package dev.ingot.validate.page;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a model card says beyond the report.
 *
 * @param baseModel as the adapter names its base: a repository on the Hub, or a path on somebody's disk, which no card repeats
 * @param license identifier as on the Hub ({@code apache-2.0}), where base or adapter states one
 * @param tags beyond {@code ingot} and {@code merged}: {@code lora}, {@code llama}
 */
public record CardFacts(String baseModel, Optional<String> license, List<String> tags) {
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");

    public CardFacts {
        tags = List.copyOf(tags);
    }

    /** The base's repository on the Hub, if that is what the adapter names. */
    Optional<String> repository() {
        return Optional.of(baseModel).filter(name -> REPOSITORY.matcher(name).matches());
    }
}
