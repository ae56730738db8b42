package dev.ingot.hosting;

import dev.ingot.pipeline.source.hub.HubAccess;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Hugging Face hub that {@code hf://} stands for; asked only for what {@link SourcesConfig} allows of it. */
@ConfigMapping(prefix = "ingot.hub")
public interface HubConfig {
    @WithDefault(HubAccess.PUBLIC_ENDPOINT)
    String endpoint();

    /** Sent to the endpoint and to nobody else. */
    Optional<String> token();

    /** Hosts that the hub may redirect to besides itself: {@code host}, {@code host:port} or {@code *.domain}; those of the public hub are known. */
    Optional<List<String>> hosts();

    /** Folder of what was downloaded; by default {@code ingot/hub} in the user's cache folder. */
    Optional<Path> cache();

    default HubAccess access() {
        return HubAccess.of(
                endpoint(), token(), hosts().orElse(List.of()), cache().orElseGet(() -> HubAccess.cache(Map.of())));
    }
}
