package dev.ingot.registry.run;

import java.util.List;
import java.util.Optional;

/**
 * Some of the runs, newest first.
 *
 * @param next what to ask for ({@code ?after=}) to get the runs after these; empty when these are the last
 */
public record RunPage(List<RunView> runs, Optional<String> next) {
    public RunPage {
        runs = List.copyOf(runs);
    }
}
