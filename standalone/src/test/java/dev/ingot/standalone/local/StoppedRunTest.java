package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ingot merge} as a process of its own that is told to stop while it works. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
class StoppedRunTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();
    private static final Path STATUS = Path.of("/proc/self/status");

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"INT, 130, new", "INT, 130, there", "TERM, 143, new", "TERM, 143, there"})
    void nothingIsLeftWhenItHasSaidSo(String signal, int exit, String folder) throws Exception {
        assumeFalse(
                signal.equals("INT") && ignoresInterrupts(), "started where Ctrl-C is ignored, as children then are");
        Path work = Files.createDirectory(dir.resolve("work"));
        Path out = work.resolve("a/out");
        boolean there = folder.equals("there");
        if (there) {
            Files.createDirectories(out);
        }
        Path said = dir.resolve("said");
        Process merge = start(out, said);
        try {
            awaitOwnFolder(merge, out, said);
            assertTrue(new ProcessBuilder("kill", "-" + signal, Long.toString(merge.pid()))
                    .start()
                    .waitFor(10, TimeUnit.SECONDS));
            assertTrue(merge.waitFor(60, TimeUnit.SECONDS), "still running");
        } finally {
            merge.destroyForcibly();
        }
        String text = Files.readString(said);
        assertEquals(exit, merge.exitValue(), text);
        assertTrue(text.contains("stopped; nothing was written to " + out), text);
        assertFalse(text.contains("WARN") || text.contains("Exception"), text);
        assertEquals(there ? List.of("a", "a/out") : List.of(), below(work));
    }

    private static Process start(Path out, Path said) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.ingot.standalone.Main",
                "merge",
                "--base",
                DEMO.resolve("base-nf4").toString(),
                "--adapter",
                DEMO.resolve("jargon-lora").toString(),
                "--out",
                out.toString(),
                "--validate",
                "full");
        return builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    }

    private static void awaitOwnFolder(Process merge, Path out, Path said) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!below(out).stream().anyMatch(name -> name.startsWith(".ingot-2"))) {
            assertFalse(merge.waitFor(5, TimeUnit.MILLISECONDS), () -> "ended early: " + said);
            assertTrue(System.nanoTime() < deadline, "does not come to write");
        }
    }

    private static List<String> below(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.flatMap(file -> Stream.concat(
                            Stream.of(folder.relativize(file).toString()),
                            children(file).map(child -> folder.relativize(child).toString())))
                    .sorted()
                    .toList();
        }
    }

    private static Stream<Path> children(Path folder) {
        String[] names = folder.toFile().list();
        return names == null ? Stream.empty() : Stream.of(names).map(folder::resolve);
    }

    /** A JVM whose parent ignores SIGINT ignores it too. */
    private static boolean ignoresInterrupts() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return false;
        }
        String ignored = Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElse("SigIgn: 0");
        return (Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16) & 2) != 0;
    }
}
