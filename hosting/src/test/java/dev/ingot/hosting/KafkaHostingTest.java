package dev.ingot.hosting;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.work.RunFiles;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The same service over a real broker and a folder. */
@QuarkusTest
@TestProfile(KafkaHostingTest.OverKafka.class)
@QuarkusTestResource(value = BrokerResource.class, restrictToAnnotatedClass = true)
class KafkaHostingTest {
    @Inject
    EventPort events;

    @Inject
    RunFiles files;

    public static class OverKafka implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("ingot.events", "kafka", "ingot.store.kind", "folder");
        }
    }

    @Test
    void aStageDoesItsWork() throws Exception {
        RunRef run = new RunRef("support", "run-8");
        CompletableFuture<Event> heard = new CompletableFuture<>();
        try (EventPort.Subscription _ = events.listen(heard::complete)) {
            events.publish(new Event.RunRequested(EventHeader.now(run, Clock.systemUTC())));

            assertTrue(heard.get(60, TimeUnit.SECONDS) instanceof Event.ModelPublished);
        }
        assertEquals(Set.of("ingest"), files.done(run));
        get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    }
}
