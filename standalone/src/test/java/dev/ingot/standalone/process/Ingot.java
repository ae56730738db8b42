package dev.ingot.standalone.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The launcher, started as users do, on what was packaged. */
final class Ingot implements AutoCloseable {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path DEMO = ROOT.resolve("demo");

    private final Process process;
    private final Path out;
    private final Path err;

    private Ingot(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** How a command ended. */
    record Ended(int exit, String out, String err) {}

    /** Starts a command; what it says goes to files in {@code folder}, where it also runs. */
    static Ingot start(Path folder, String... args) throws IOException {
        return start(folder, Map.of(), args);
    }

    /** The same with settings. */
    static Ingot start(Path folder, Map<String, String> environment, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("ingot").toString()));
        command.addAll(Arrays.asList(args));
        Path out = Files.createTempFile(folder, "said-", ".out");
        Path err = Files.createTempFile(folder, "said-", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("INGOT_BUILD", "never");
        builder.environment().put("INGOT_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return new Ingot(builder.start(), out, err);
    }

    static Ended run(Path folder, String... args) throws IOException, InterruptedException {
        try (Ingot started = start(folder, args)) {
            return started.end(180);
        }
    }

    Ended end(int seconds) throws IOException, InterruptedException {
        assertTrue(process.waitFor(seconds, TimeUnit.SECONDS), () -> "still running after " + seconds + " s: " + err());
        return new Ended(process.exitValue(), Files.readString(out), err());
    }

    /** What it has said on stderr so far. */
    String err() {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            return "(stderr cannot be read: " + e + ")";
        }
    }

    /** Waits a moment, or until the process ends; whether it still runs. */
    boolean runsOn() throws InterruptedException {
        return !process.waitFor(50, TimeUnit.MILLISECONDS);
    }

    Process process() {
        return process;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
