package dev.ingot.hosting;

import dev.ingot.pipeline.source.hub.HubAccess;
import dev.ingot.pipeline.source.hub.HubCache;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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

    /** Bytes that what was downloaded may take together; without it, what the disk has. */
    OptionalLong cacheMaxBytes();

    /** After how long without use a downloaded file goes. */
    @WithDefault("30d")
    Duration cacheMaxUnused();

    default HubCache.Limits cacheLimits() {
        return new HubCache.Limits(cacheMaxBytes().orElse(Long.MAX_VALUE), cacheMaxUnused());
    }

    default HubAccess access() {
        return HubAccess.of(
                endpoint(), token(), hosts().orElse(List.of()), cache().orElseGet(() -> HubAccess.cache(Map.of())));
    }
}
