package dev.ingot.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.registry.EventStream;
import dev.ingot.registry.InMemoryChannels;
import dev.ingot.registry.StoredRuns;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(InMemoryChannels.class)
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LiveTest {
    @Inject
    ObjectStore store;

    @Inject
    @Connector("smallrye-in-memory")
    InMemoryConnector connector;

    @TestHTTPResource
    URI root;

    @Test
    void whoFollowsARunSeesItMoveAndTheStreamEndsWithTheVerdict() throws Exception {
        StoredRuns runs = new StoredRuns(store);
        RunRef run = runs.handedIn("live", "followed", "jargon");
        runs.planned(run, 1);
        try (EventStream stream = open("/api/teams/live/runs/followed/events")) {
            assertEquals("running", stream.next(view -> true).text("state").orElseThrow());
            connector.source("registry-run-progress").send(progress(run, 512, 2048));
            JsonObject moved = stream.next(view -> note(view, 2).contains("512 of 2,048 tokens"));
            assertTrue(note(moved, 2).endsWith("layer 3"), note(moved, 2));
            runs.rejected(run, "gate.fidelity", "It is not the trained model.");
            connector
                    .source("registry-run-rejected")
                    .send(Documents.writeEvent(new Event.RunRejected(
                            EventHeader.now(run, Clock.systemUTC()), StageName.VALIDATE, "gate.fidelity", "s", "r")));
            stream.next(view -> view.text("state").orElseThrow().equals("rejected"));
            assertTrue(stream.hasEnded(), "a run that is over has no more news");
        }
    }

    @Test
    void aVerdictWhoseEventWasLostIsSeenAllTheSame() throws Exception {
        StoredRuns runs = new StoredRuns(store);
        RunRef run = runs.handedIn("live", "unheard", "jargon");
        try (EventStream stream = open("/api/teams/live/runs/unheard/events")) {
            stream.next(view -> view.text("state").orElseThrow().equals("waiting"));
            runs.rejected(run, "x.y", "s");
            stream.next(view -> view.text("state").orElseThrow().equals("rejected"));
            assertTrue(stream.hasEnded());
        }
    }

    @Test
    void thePageOfARunGetsItsPieceOfHtml() throws Exception {
        StoredRuns runs = new StoredRuns(store);
        RunRef run = runs.handedIn("live", "shown", "jargon");
        try (EventStream stream = open("/runs/live/shown/live")) {
            JsonObject piece = stream.next(one -> true);
            assertEquals("run-live--shown", piece.text("id").orElseThrow());
            assertTrue(piece.text("html").orElseThrow().contains("waits for a worker of ingest"));
        }
        try (EventStream stream = open("/runs/live")) {
            stream.next(piece -> piece.text("id").orElseThrow().equals("run-live--shown"));
            connector.source("registry-run-progress").send(progress(run, 1, 4));
            stream.next(piece -> piece.text("id").orElseThrow().equals("run-live--shown")
                    && piece.text("html").orElseThrow().contains("running"));
        }
    }

    @Test
    void aBroadcastThatCannotBeReadDeafensNobody() throws Exception {
        connector.source("registry-run-progress").send("garbage".getBytes(StandardCharsets.UTF_8));
        thePageOfAnotherRunStillMoves();
    }

    private void thePageOfAnotherRunStillMoves() throws Exception {
        RunRef run = new StoredRuns(store).handedIn("live", "after-garbage", "jargon");
        try (EventStream stream = open("/api/teams/live/runs/after-garbage/events")) {
            stream.next(view -> true);
            connector.source("registry-run-progress").send(progress(run, 1, 4));
            stream.next(view -> view.text("state").orElseThrow().equals("running"));
        }
    }

    private static String note(JsonObject view, int stage) {
        return ((JsonObject) view.array("stages").orElseThrow().values().get(stage))
                .text("note")
                .orElseThrow();
    }

    private static byte[] progress(RunRef run, long done, long total) {
        return Documents.writeEvent(new Event.RunProgressed(
                EventHeader.now(run, Clock.systemUTC()), StageName.MERGE, 1, done, total, "tokens", "layer 3"));
    }

    private EventStream open(String path) throws IOException, InterruptedException {
        return EventStream.open(root.resolve(path));
    }
}
