package dev.ingot.standalone.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot merge} as a whole process: what users and scripts see. */
@Timeout(180)
class MergeIT {
    private static final String BASE = Ingot.DEMO.resolve("base-nf4").toString();
    private static final String ADAPTER = Ingot.DEMO.resolve("jargon-lora").toString();

    @TempDir
    Path dir;

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("said-"))
                    .sorted()
                    .toList();
        }
    }

    /** The promise is half a second on a quiet machine; a busy one gets more, but not the seconds that starting a service would take. */
    @Test
    void aRefusalFromHeadersIsQuickAndLeavesStdoutClean() throws Exception {
        long start = System.nanoTime();
        Ingot.Ended refused = Ingot.run(dir, "merge", "--base", BASE, "--adapter", BASE, "--out", "o u t");
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertEquals(3, refused.exit(), refused.err());
        assertEquals("", refused.out());
        assertTrue(refused.err().startsWith("refused  adapter.no-config: "), refused.err());
        assertEquals(List.of(), names(dir));
        assertTrue(took.toMillis() < 4000, took.toString());
    }

    @Test
    void filesHaveTheModesThatTheUmaskGives() throws Exception {
        assertEquals(
                0,
                Ingot.run(dir, "merge", "--base", BASE, "--adapter", ADAPTER, "--out", "out", "--validate", "off")
                        .exit());
        Path plain = Files.createFile(dir.resolve("plain"));
        String expected = PosixFilePermissions.toString(Files.getPosixFilePermissions(plain));
        for (String name : names(dir.resolve("out"))) {
            Path file = dir.resolve("out").resolve(name);
            assertEquals(expected, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), name);
        }
    }

    @Test
    void aStoppedRunLeavesNothingAndSaysSo() throws Exception {
        try (Ingot merge = Ingot.start(
                dir, "merge", "--base", BASE, "--adapter", ADAPTER, "--out", "a/out", "--validate", "full")) {
            awaitWriting(merge);
            merge.process().destroy();
            Ingot.Ended ended = merge.end(30);
            assertEquals(143, ended.exit(), ended.err());
            assertTrue(ended.err().contains("stopped; nothing was written"), ended.err());
        }
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aKilledRunLeavesItsLockAndOneFolderThatTheNextRunRemoves() throws Exception {
        try (Ingot merge =
                Ingot.start(dir, "merge", "--base", BASE, "--adapter", ADAPTER, "--out", "out", "--validate", "full")) {
            awaitWriting(merge);
            merge.process().destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
        List<String> left = names(dir.resolve("out"));
        assertEquals(2, left.size(), left.toString());
        assertTrue(left.getFirst().matches("\\.ingot-[0-9].*"), left.toString());
        assertEquals(".ingot-lock", left.getLast());
        Ingot.Ended next =
                Ingot.run(dir, "merge", "--base", BASE, "--adapter", ADAPTER, "--out", "out", "--validate", "off");
        assertEquals(0, next.exit(), next.err());
        assertTrue(names(dir.resolve("out")).stream().noneMatch(name -> name.startsWith(".ingot")));
    }

    /** Merging has begun, judging has not ended. */
    private static void awaitWriting(Ingot merge) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!merge.err().contains("merge ")) {
            assertTrue(merge.runsOn() && System.nanoTime() < deadline, merge::err);
        }
    }
}
