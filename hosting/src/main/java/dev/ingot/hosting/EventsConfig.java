package dev.ingot.hosting;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.time.Duration;
import java.util.Optional;

/** How events travel. {@code kafka.bootstrap.servers} and the security settings of Kafka's clients stand beside it, as Quarkus has them. */
@ConfigMapping(prefix = "ingot.events")
public interface EventsConfig {
    @WithParentName
    @WithDefault("kafka")
    Kind kind();

    /** Before every topic and group. */
    Optional<String> topicPrefix();

    /** How long a silent worker keeps its work. */
    @WithDefault("60s")
    Duration lock();

    /** Whether to create topics and configure share groups, which takes rights on the cluster. */
    @WithDefault("true")
    boolean manage();

    /** The carriers there are. */
    enum Kind {
        KAFKA,
        /** Within this process only. */
        IN_PROCESS
    }
}
