package dev.ingot.checkpoint.names;

import java.util.List;

/**
 * Where a name leads in a base.
 *
 * @param parameter of the base
 * @param rules by which the name became that one, in order; none where it is that one
 */
public record Place(String parameter, List<String> rules) {
    public Place {
        rules = List.copyOf(rules);
    }
}
