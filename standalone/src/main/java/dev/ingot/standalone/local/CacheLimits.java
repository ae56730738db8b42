package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.source.hub.HubCache.Limits;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** How much of what was downloaded may stay, as the environment says it to services too. */
final class CacheLimits {
    static final String SIZE = "INGOT_HUB_CACHE_MAX_BYTES";
    static final String DAYS = "INGOT_HUB_CACHE_MAX_UNUSED";

    private CacheLimits() {}

    /** Empty where it says nothing; RefusedInput {@code environment.value} where it cannot be read. */
    static Optional<Limits> of(Map<String, String> variables) {
        String size = variables.getOrDefault(SIZE, "").strip();
        String days = variables.getOrDefault(DAYS, "").strip();
        if (size.isEmpty() && days.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Limits(
                    size.isEmpty() ? Limits.NONE.maxBytes() : new SizeConverter().convert(size),
                    days.isEmpty()
                            ? Limits.NONE.maxUnused()
                            : Duration.ofDays(Integer.parseInt(days.replaceFirst("d$", "")))));
        } catch (IllegalArgumentException | TypeConversionException e) {
            throw new RefusedInput(
                    "environment.value",
                    "%s is '%s' and %s is '%s': expected a size such as 200GB and days such as 30d."
                            .formatted(SIZE, size, DAYS, days),
                    "set them so, or leave them out",
                    e);
        }
    }
}
