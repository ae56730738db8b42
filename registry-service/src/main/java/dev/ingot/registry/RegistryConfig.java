package dev.ingot.registry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What of the registry can be set. */
@ConfigMapping(prefix = "ingot.registry")
public interface RegistryConfig {
    /** How old a listing of the store may be when a page or an answer is made from it. */
    @WithDefault("1s")
    Duration listingAge();

    /** How often a page that is being watched asks the store, should an event have been lost. */
    @WithDefault("2s")
    Duration followEvery();

    /** Teams whose requests may leave the base out, which is then the one on the hub that the adapter names; {@code *} for every team. */
    Optional<List<String>> baseFromAdapter();

    /** How long a hand-in waits for the broker. */
    @WithDefault("15s")
    Duration sendWithin();
}
