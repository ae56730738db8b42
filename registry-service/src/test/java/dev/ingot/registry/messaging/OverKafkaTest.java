package dev.ingot.registry.messaging;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.registry.EventStream;
import dev.ingot.registry.StoredRuns;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The registry's channels and the stages' event port understand one another over a real broker. */
@QuarkusTest
@WithTestResource(RealBroker.class)
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class OverKafkaTest {
    @Inject
    EventPort events;

    @Inject
    ObjectStore store;

    @TestHTTPResource
    URI root;

    @Test
    void aStageTakesTheRunThatWasHandedIn() throws Exception {
        BlockingQueue<RunRef> taken = new ArrayBlockingQueue<>(4);
        try (EventPort.Subscription worker = events.work(Event.RunRequested.class, 1, event -> {
            taken.add(event.run());
            return Disposition.ACCEPT;
        })) {
            given().contentType("application/json")
                    .body("""
                            {"run": "over-kafka", "model": "m", "base": "file:///b", "adapter": "file:///a",
                             "trainedOn": "base-as-stored"}""")
                    .post("/api/teams/acme/runs")
                    .then()
                    .statusCode(202);
            assertEquals(new RunRef("acme", "over-kafka"), taken.poll(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void whatAStageBroadcastsReachesWhoeverFollows() throws Exception {
        RunRef run = new StoredRuns(store).handedIn("acme", "followed-over-kafka", "m");
        try (ScheduledExecutorService stage = Executors.newSingleThreadScheduledExecutor();
                EventStream stream =
                        EventStream.open(root.resolve("/api/teams/acme/runs/followed-over-kafka/events"))) {
            // Again and again, because a registry that has just started does not hear what was said before.
            var saying = stage.scheduleAtFixedRate(
                    () -> events.publish(new Event.RunProgressed(
                            EventHeader.now(run, Clock.systemUTC()), StageName.INGEST, 0, 1, 4, "tensors", "")),
                    0,
                    200,
                    TimeUnit.MILLISECONDS);
            stream.next(view -> view.text("state").orElseThrow().equals("running"));
            saying.cancel(false);
        }
    }
}
