package dev.ingot.validate.page;

import java.util.Optional;

/**
 * A licence as a model card on the Hub states it.
 *
 * @param id {@code apache-2.0}; {@code other} where the Hub has no identifier for it
 * @param name of one that is {@code other}
 * @param link to its text
 */
public record License(String id, Optional<String> name, Optional<String> link) {
    /** One that the Hub knows. */
    public static License of(String id) {
        return new License(id, Optional.empty(), Optional.empty());
    }
}
