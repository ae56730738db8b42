package dev.ingot.pipeline.source.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.source.hub.FakeHub.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A large file that arrives in parts, from servers that do not answer as they should. What stands in the cache in the end is always the content of the listed digest. */
@Timeout(60)
class HubDownloadsTest {
    private static final String WEIGHTS = "model.safetensors";
    private static final int FIRST = 400_000;

    @TempDir
    Path cache;

    private final byte[] content = random(1);
    private FakeHub fake;
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub().with(WEIGHTS, content);
        HubPatience patience = new HubPatience(3, Duration.ofSeconds(1), Duration.ofMinutes(1), pause -> {});
        HubAccess access = HubAccess.of(
                fake.endpoint(), Optional.empty(), List.of(FakeHub.BLOB_HOST + ":" + fake.port()), cache);
        hub = new Hub(
                access,
                Optional.of(List.of("hf://")),
                HubProgress.NONE,
                patience,
                _ -> List.of(InetAddress.getLoopbackAddress()));
    }

    @AfterEach
    void stop() {
        fake.close();
    }

    private static byte[] random(int seed) {
        byte[] bytes = new byte[1_000_000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void fetch() throws IOException {
        hub.fetch("hf://team-a/tiny", WEIGHTS);
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private String blob() {
        return "sha256-" + FakeHub.sha256(content);
    }

    private void assertArrived() throws IOException {
        assertEquals(List.of(blob()), left());
        assertArrayEquals(content, Files.readAllBytes(cache.resolve(blob())));
    }

    private List<String> ofBlobs() {
        return fake.requests.stream()
                .filter(request -> request.startsWith(FakeHub.BLOB_HOST))
                .toList();
    }

    @Test
    void aServerThatBreaksOffIsAskedForTheRest() throws IOException {
        fake.failNext(fake.cutAfter(FIRST), fake.cutAfter(1), fake.cutAfter(0));
        fetch();
        assertArrived();
        assertEquals(
                List.of("", " bytes=400000-999999", " bytes=400001-999999", " bytes=400001-999999"),
                ofBlobs().stream()
                        .map(request -> request.replace(FakeHub.BLOB_HOST + " /" + WEIGHTS, ""))
                        .toList());
    }

    @Test
    void aServerThatIgnoresRangesSendsItAgainFromTheStart() throws IOException {
        fake.failNext(fake.cutAfter(FIRST), fake.ignoringRange());
        fetch();
        assertArrived();
    }

    @Test
    void aServerThatIgnoresRangesAndBreaksOffIsAskedForWhatIsMissingOfTheSecondTry() throws IOException {
        fake.failNext(
                fake.cutAfter(FIRST),
                exchange -> {
                    exchange.sendResponseHeaders(200, content.length);
                    exchange.getResponseBody().write(content, 0, 10);
                    exchange.getResponseBody().flush();
                });
        fetch();
        assertArrived();
        assertTrue(ofBlobs().getLast().endsWith("bytes=10-999999"), ofBlobs().toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, FIRST - 1, FIRST + 1})
    void anotherRangeThanWasAskedForIsNotTaken(int from) throws IOException {
        fake.failNext(fake.cutAfter(FIRST), fake.otherRange(from));
        fetch();
        assertArrived();
    }

    @Test
    void aRangeOfAFileOfAnotherSizeIsNotTaken() throws IOException {
        Fault longer = exchange -> {
            exchange.getResponseHeaders().add("Content-Range", "bytes 400000-999999/1000001");
            exchange.sendResponseHeaders(206, content.length - FIRST);
            exchange.getResponseBody().write(content, FIRST, content.length - FIRST);
        };
        fake.failNext(fake.cutAfter(FIRST), longer);
        fetch();
        assertArrived();
    }

    /** As a presigned address answers that has run out: the hub gives another one. */
    @ParameterizedTest
    @ValueSource(ints = {403, 404, 410, 416, 500, 503})
    void anAddressThatRanOutMidwayIsAskedForAnew(int status) throws IOException {
        fake.failNext(fake.cutAfter(FIRST), FakeHub.status(status));
        fetch();
        assertArrived();
        assertEquals(
                3,
                fake.requests.stream().filter(request -> request.contains("/resolve/")).count());
    }

    @Test
    void aHubThatSpeaksOfAnotherContentBetweenTwoPartsIsRefused() throws IOException {
        fake.failNext(FakeHub.then(fake.cutAfter(FIRST), () -> fake.with(WEIGHTS, random(2))));
        RefusedInput refused = assertThrows(RefusedInput.class, this::fetch);
        assertEquals("source.hub-answer", refused.code());
        assertTrue(refused.getMessage().contains(FakeHub.sha256(random(2))), refused.getMessage());
        assertTrue(refused.getMessage().contains(FakeHub.sha256(content)), refused.getMessage());
        assertFalse(Files.exists(cache.resolve(blob())));
    }

    /** Of one content the first part, of another the rest: the sum is of neither, so everything is asked for once more. */
    @Test
    void partsOfTwoContentsAreNoFile() throws IOException {
        fake.failNext(fake.cutAfter(FIRST), exchange -> {
            exchange.getResponseHeaders().add("Content-Range", "bytes 400000-999999/1000000");
            exchange.sendResponseHeaders(206, content.length - FIRST);
            exchange.getResponseBody().write(random(2), FIRST, content.length - FIRST);
        });
        fetch();
        assertArrived();
        assertEquals("blobs.example /" + WEIGHTS, ofBlobs().getLast());
    }

    @Test
    void anotherDigestTwiceIsRefusedAndLeavesNothing() throws IOException {
        fake.failNext(fake.damaged(), fake.damaged());
        RefusedInput refused = assertThrows(RefusedInput.class, this::fetch);
        assertEquals("source.digest", refused.code());
        assertTrue(refused.getMessage().contains(FakeHub.sha256(content)), refused.getMessage());
        assertEquals(List.of(), left());
    }

    @Test
    void aServerThatSendsMoreThanTheListedSizeIsReadNoFurther() throws IOException {
        byte[] longer = Arrays.copyOf(content, content.length + 5_000_000);
        fake.failNext(exchange -> {
            exchange.sendResponseHeaders(200, longer.length);
            exchange.getResponseBody().write(longer);
        });
        fetch();
        assertArrived();
    }

    @Test
    void aPartialFileOfAnotherContentThatSomebodyLeftIsNoBeginning() throws IOException {
        Files.createDirectories(cache);
        Files.write(cache.resolve(blob() + ".part"), Arrays.copyOf(random(2), FIRST));
        fetch();
        assertArrived();
        Files.delete(cache.resolve(blob()));
        Files.write(cache.resolve(blob() + ".part"), Arrays.copyOf(content, content.length + 1));
        fetch();
        assertArrived();
    }

    /** As the public hub answers for files that it keeps in Xet: the etag is the content's SHA-256, the address of a bridge is signed, and Xet's own hash is for Xet's own clients. */
    @Test
    void aFileThatTheHubKeepsInXetArrivesOverItsBridge() throws IOException {
        fake.failAlways("/team-a/tiny/resolve", exchange -> {
            exchange.getResponseHeaders().add("X-Repo-Commit", FakeHub.COMMIT);
            exchange.getResponseHeaders().add("X-Linked-Etag", "\"" + FakeHub.sha256(content) + "\"");
            exchange.getResponseHeaders().add("X-Linked-Size", "" + content.length);
            exchange.getResponseHeaders().add("X-Xet-Hash", "f".repeat(64));
            exchange.getResponseHeaders()
                    .add(
                            "Link",
                            "<" + fake.endpoint() + "/api/models/team-a/tiny/xet-read-token/x>; rel=\"xet-auth\"");
            exchange.getResponseHeaders()
                    .add(
                            "Location",
                            "http://" + FakeHub.BLOB_HOST + ":" + fake.port() + "/" + WEIGHTS
                                    + "?X-Amz-Signature=a%2Fb&response-content-disposition=inline%3B");
            exchange.sendResponseHeaders(302, -1);
        });
        fake.failNext(fake.cutAfter(FIRST));
        fetch();
        assertArrived();
        assertTrue(ofBlobs().getLast().endsWith("bytes=400000-999999"), ofBlobs().toString());
        assertTrue(fake.requests.stream().noneMatch(request -> request.contains("xet-read-token")));
    }

    @Test
    void aServerThatNeverGoesOnIsGivenUpAndWhatArrivedStays() throws IOException {
        fake.failNext(fake.cutAfter(FIRST), fake.cutAfter(0), fake.cutAfter(0), fake.cutAfter(0));
        IOException failed = assertThrows(IOException.class, this::fetch);
        assertTrue(failed.getMessage().contains("failed 3 times in a row"), failed.getMessage());
        assertEquals(List.of(blob() + ".part"), left());
        fetch();
        assertArrived();
    }
}
