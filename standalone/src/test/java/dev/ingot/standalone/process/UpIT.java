package dev.ingot.standalone.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot up}: what it was given survives kill -9, and SIGTERM ends it in order. */
@Timeout(300)
class UpIT {
    @TempDir
    Path dir;

    private final int port = EmbeddedKafka.freePort();
    private final String url = "http://127.0.0.1:" + port;

    private Ingot up() throws IOException, InterruptedException {
        Ingot up = Ingot.start(dir, "up", "--port", Integer.toString(port), "--data", "data with space");
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!isReady(http)) {
                assertTrue(up.runsOn() && System.nanoTime() < deadline, up::err);
            }
        }
        return up;
    }

    private boolean isReady(HttpClient http) throws InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(URI.create(url + "/q/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void aRunThatWasHandedInGoesOnAfterAKillAndCanBePulled() throws Exception {
        try (Ingot first = up()) {
            Ingot.Ended submitted = Ingot.run(
                    dir,
                    "submit",
                    "--url",
                    url,
                    "--team",
                    "blue",
                    "--run",
                    "r1",
                    "--trained-on",
                    "stored",
                    "--model",
                    "bot",
                    "--base",
                    Ingot.DEMO.resolve("base-nf4").toString(),
                    "--adapter",
                    Ingot.DEMO.resolve("jargon-lora").toString());
            assertEquals(0, submitted.exit(), submitted.err());
            assertEquals("blue/r1\n", submitted.out());
            first.process().destroyForcibly().waitFor();
        }
        try (Ingot second = up()) {
            Ingot.Ended followed = Ingot.run(dir, "status", "blue/r1", "--follow", "--url", url);
            assertEquals(0, followed.exit(), followed.err() + second.err());
            Ingot.Ended pulled = Ingot.run(dir, "pull", "blue/bot@1", "pulled", "--url", url);
            assertEquals(0, pulled.exit(), pulled.err());
            assertTrue(Files.isRegularFile(dir.resolve("pulled/model.safetensors")));
            second.process().destroy();
            Ingot.Ended ended = second.end(30);
            assertEquals(143, ended.exit(), ended.err());
        }
    }
}
