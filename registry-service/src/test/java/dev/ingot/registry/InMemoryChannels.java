package dev.ingot.registry;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import java.util.HashMap;
import java.util.Map;

/** Connects the registry's channels to memory in place of a broker. */
public class InMemoryChannels implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        Map<String, String> settings = new HashMap<>(InMemoryConnector.switchIncomingChannelsToInMemory(
                "registry-run-progress", "registry-model-published", "registry-run-rejected"));
        settings.putAll(InMemoryConnector.switchOutgoingChannelsToInMemory("registry-run-requested"));
        return settings;
    }

    @Override
    public void stop() {
        InMemoryConnector.clear();
    }
}
