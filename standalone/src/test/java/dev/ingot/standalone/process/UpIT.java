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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot up}: what it was given survives kill -9, and SIGTERM ends it in order. */
@Timeout(300)
class UpIT {
    private static final Path SIGNING = Ingot.ROOT.resolve("pipeline/src/test/resources/signing");

    @TempDir
    Path dir;

    private final int port = EmbeddedKafka.freePort();
    private final String url = "http://127.0.0.1:" + port;

    private Ingot up(Map<String, String> environment) throws IOException, InterruptedException {
        Ingot up = Ingot.start(dir, environment, "up", "--port", Integer.toString(port), "--data", "data with space");
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
        Map<String, String> byCertificate = Map.of(
                "INGOT_SIGNING_KEY", SIGNING.resolve("keys/p256.pem").toString(),
                "INGOT_SIGNING_CERTIFICATE",
                        SIGNING.resolve("certificates/signer.pem").toString(),
                "INGOT_SIGNING_CERTIFICATE_CHAIN",
                        SIGNING.resolve("certificates/chain.pem").toString());
        String root = SIGNING.resolve("certificates/root.pem").toString();
        try (Ingot first = up(byCertificate)) {
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
        try (Ingot second = up(byCertificate)) {
            Ingot.Ended followed = Ingot.run(dir, "status", "blue/r1", "--follow", "--url", url);
            assertEquals(0, followed.exit(), followed.err() + second.err());
            Ingot.Ended pulled =
                    Ingot.run(dir, "pull", "blue/bot@1", "pulled", "--url", url, "--certificate-chain", root);
            assertEquals(0, pulled.exit(), pulled.err());
            assertTrue(Files.isRegularFile(dir.resolve("pulled/model.safetensors")));
            second.process().destroy();
            Ingot.Ended ended = second.end(30);
            assertEquals(143, ended.exit(), ended.err());
        }
    }

    /** Signed by the validate service, served, verified, made again: with the merge base chosen by measurement, so that the published plan is one of two. */
    @Test
    void whatTheServicesSignIsVerifiedAndMadeAgainFromWhatTheRegistryServes() throws Exception {
        String key = SIGNING.resolve("keys/p256.pub.pem").toString();
        String other = SIGNING.resolve("keys/p384.pub.pem").toString();
        Map<String, String> signing =
                Map.of("INGOT_SIGNING_KEY", SIGNING.resolve("keys/p256.pem").toString());
        try (Ingot services = up(signing)) {
            Ingot.Ended submitted =
                    submit("--merge-base=measured", "--original-base=" + Ingot.DEMO.resolve("base-fp16"));
            assertEquals(0, submitted.exit(), submitted.err() + services.err());
            Ingot.Ended report = Ingot.run(dir, "report", "blue/r1", "--json", "--url", url);
            assertTrue(report.out().contains("\"chosen\": \"original\""), report.out());

            Ingot.Ended pulled = Ingot.run(dir, "pull", "blue/bot@1", "pulled", "--url", url, "--key", key);
            assertEquals(0, pulled.exit(), pulled.err());
            assertEquals(
                    3,
                    Ingot.run(dir, "pull", "blue/bot@1", "again", "--url", url, "--key", other)
                            .exit());
            assertEquals(0, Ingot.run(dir, "verify", "pulled", "--key", key).exit());
            assertEquals(3, Ingot.run(dir, "verify", "pulled", "--key", other).exit());

            for (List<String> place : List.of(List.of("blue/bot@1", "--url", url), List.of("pulled"))) {
                String[] rebuild = Stream.concat(Stream.of("rebuild", "--check", "--key", key), place.stream())
                        .toArray(String[]::new);
                Ingot.Ended rebuilt = Ingot.run(dir, rebuild);
                assertEquals(0, rebuilt.exit(), rebuilt.err());
                assertTrue(rebuilt.out().contains("model.safetensors"), rebuilt.out());
            }
            String packed = Ingot.DEMO.resolve("base-nf4").toString();
            Ingot.Ended onto = Ingot.run(dir, "rebuild", "blue/bot@1", "--check", "--url", url, "--base", packed);
            assertEquals(3, onto.exit(), onto.out());
            assertTrue(onto.err().contains("rebuild.other-input"), onto.err());
        }
        Path weights = dir.resolve("pulled/model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);
        Ingot.Ended flipped = Ingot.run(dir, "verify", "pulled", "--key", key);
        assertEquals(3, flipped.exit());
        assertTrue(flipped.err().contains("model.safetensors differs"), flipped.err());
        Ingot.Ended rebuilt = Ingot.run(dir, "rebuild", "pulled", "--check", "--key", key);
        assertEquals(3, rebuilt.exit());
        assertTrue(rebuilt.err().contains("rebuild.not-as-stated"), rebuilt.err());
    }

    private Ingot.Ended submit(String... more) throws IOException, InterruptedException {
        Stream<String> usual = Stream.of(
                "submit",
                "--url=" + url,
                "--team=blue",
                "--run=r1",
                "--trained-on=stored",
                "--model=bot",
                "--validate=smoke",
                "--base=" + Ingot.DEMO.resolve("base-nf4"),
                "--adapter=" + Ingot.DEMO.resolve("jargon-lora"),
                "--wait");
        return Ingot.run(dir, Stream.concat(usual, Stream.of(more)).toArray(String[]::new));
    }
}
