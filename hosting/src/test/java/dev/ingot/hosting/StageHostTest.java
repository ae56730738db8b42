package dev.ingot.hosting;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.work.RunFiles;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
class StageHostTest {
    @Inject
    EventPort events;

    @Inject
    RunFiles files;

    @Inject
    FileSets sources;

    @Test
    void aStageThatIsTheOnlyBeanDoesItsWorkAndIsMeasured() throws Exception {
        RunRef run = new RunRef("support", "run-7");
        CompletableFuture<Event> heard = new CompletableFuture<>();
        try (EventPort.Subscription _ = events.listen(heard::complete)) {
            events.publish(new Event.RunRequested(EventHeader.now(run, Clock.systemUTC())));

            assertEquals(run, heard.get(20, TimeUnit.SECONDS).run());
        }
        assertEquals(
                "worker-1",
                files.marker(new TaskId(run, StageName.INGEST, 0)).orElseThrow().worker());
        get("/q/metrics").then().body(containsString("ingot_tasks_seconds_count{outcome=\"done\",stage=\"ingest\"} 1"));
    }

    @Test
    void itIsReadyWhenStoreAndTopicsAre() {
        get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body("checks.name", hasItems("store", "topics"));
    }

    @Test
    void itIsAlive() {
        get("/q/health/live").then().statusCode(200);
    }

    @Test
    void sourcesThatAreNotAllowedAreRefused() {
        assertEquals(
                "source.not-allowed",
                assertThrows(RefusedInput.class, () -> sources.open("file:///etc"))
                        .code());
    }
}
