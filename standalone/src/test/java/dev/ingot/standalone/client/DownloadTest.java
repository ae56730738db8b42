package dev.ingot.standalone.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadTest {
    private static final String PATH = "/files/model.safetensors";

    @TempDir
    Path dir;

    private final byte[] content = new byte[3_000_001];
    private FakeRegistry server;

    @BeforeEach
    void serve() throws IOException {
        new Random(7).nextBytes(content);
        server = new FakeRegistry().has(PATH, 200, content);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Path target() {
        return dir.resolve("with space/model.safetensors");
    }

    private Path part() {
        return dir.resolve("with space/model.safetensors.part");
    }

    private Download download(byte[] expected) throws Exception {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(expected));
        Registry registry = new Registry(server.url());
        return new Download(
                registry, registry.address("files", "model.safetensors"), target(), expected.length, sha256);
    }

    @Test
    void aFileArrivesWholeUnderItsName() throws Exception {
        download(content).fetch(_ -> {});
        assertArrayEquals(content, Files.readAllBytes(target()));
        assertFalse(Files.exists(part()));
    }

    @Test
    void aBrokenDownloadGoesOnWhereItBrokeOff() throws Exception {
        server.breakOff(2);
        download(content).fetch(_ -> {});
        assertArrayEquals(content, Files.readAllBytes(target()));
        assertEquals(3, server.requests().size());
        assertTrue(
                server.requests().get(1).matches("GET .* bytes=[1-9][0-9]*-"),
                server.requests().toString());
    }

    @Test
    void whatAnEarlierProcessFetchedIsNotFetchedAgain() throws Exception {
        Files.createDirectories(part().getParent());
        Files.write(part(), Arrays.copyOf(content, 1_234_567));
        download(content).fetch(_ -> {});
        assertArrayEquals(content, Files.readAllBytes(target()));
        assertEquals("GET " + PATH + " bytes=1234567-", server.requests().getFirst());
    }

    @Test
    void aPartOfAnotherFileIsFetchedAfresh() throws Exception {
        Files.createDirectories(part().getParent());
        Files.write(part(), new byte[1_000_000]);
        download(content).fetch(_ -> {});
        assertArrayEquals(content, Files.readAllBytes(target()));
    }

    @Test
    void aFileThatIsThereIsNotFetched() throws Exception {
        Files.createDirectories(target().getParent());
        Files.write(target(), content);
        download(content).fetch(_ -> {});
        assertEquals(0, server.requests().size());
    }

    @Test
    void aWrongDigestNeverGetsTheName() throws Exception {
        byte[] other = content.clone();
        other[17]++;
        Download download = download(other);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> download.fetch(_ -> {}));
        assertEquals("pull.wrong-digest", refused.code());
        assertFalse(Files.exists(target()));
    }

    @Test
    void moreBytesThanTheManifestSaysAreAFailure() throws Exception {
        Download download = download(Arrays.copyOf(content, 1_000_000));
        assertThrows(IOException.class, () -> download.fetch(_ -> {}));
        assertFalse(Files.exists(target()));
    }
}
