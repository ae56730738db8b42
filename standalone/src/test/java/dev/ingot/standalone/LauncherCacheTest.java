package dev.ingot.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ingot dequantize} starts from, in the outline of a build whose Main says a word and its arguments. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class LauncherCacheTest {
    private static final String NAME = "dev/ingot/standalone/Main";

    @TempDir
    Path dir;

    private Path home;
    private Path app;
    private Path cache;
    private String options = "";

    @BeforeEach
    void built() throws IOException {
        home = Files.createDirectories(dir.resolve("with space"));
        Files.copy(Path.of("../ingot"), home.resolve("ingot"));
        Path target = home.resolve("standalone/target");
        app = Files.createDirectories(target.resolve("quarkus-app/app")).resolve("standalone.jar");
        Path picocli =
                Files.createDirectories(target.resolve("quarkus-app/lib/main")).resolve("info.picocli.x.jar");
        cache = Files.createDirectories(target.resolve("start")).resolve("dequantize.aot");
        jar(app, "first");
        for (Path other :
                List.of(target.resolve("quarkus-app/quarkus-run.jar"), picocli, cache.resolveSibling("picocli.jar"))) {
            Files.copy(app, other);
        }
        for (Path jar : List.of(target.resolve("quarkus-app/quarkus-run.jar"), picocli, app)) {
            Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(60)));
        }
        Files.writeString(target.resolve("ingot.jsa"), "damaged");
    }

    @Test
    void dequantizeStartsFromTheCacheAndFromNothingElse() throws Exception {
        makeCache();
        Path log = dir.resolve("aot.log");
        options = "-Xlog:aot=info:file=" + log;
        assertEquals("first dequantize|a b\n", run("dequantize", "a b"));
        assertTrue(Files.readString(log).contains("Opened AOT cache"), Files.readString(log));
        Files.delete(log);
        assertEquals("first merge\n", run("merge"));
        assertTrue(!Files.exists(log) || !Files.readString(log).contains("Opened AOT cache"), "merge has no cache");
    }

    @Test
    void aDamagedCacheCostsTimeAndNotAWord() throws Exception {
        Files.writeString(cache, "damaged");
        assertEquals("first dequantize|x\n", run("dequantize", "x"));
        makeCache();
        byte[] whole = Files.readAllBytes(cache);
        Files.write(cache, Arrays.copyOf(whole, whole.length / 2));
        assertEquals("first dequantize|x\n", run("dequantize", "x"));
    }

    @Test
    void aCacheOfOtherJarsIsPassedOver() throws Exception {
        makeCache();
        jar(app, "other");
        Files.setLastModifiedTime(app, FileTime.from(Instant.now().plusSeconds(5)));
        assertEquals("other dequantize|x\n", run("dequantize", "x"));
    }

    @Test
    void aCacheOfAnotherCollectorOrHeapCostsTimeAndNotAWord() throws Exception {
        makeCache();
        for (String other :
                List.of("-XX:-UseSerialGC -XX:+UseParallelGC", "-Xmx40g", "-XX:-UseCompressedOops", "-Xint")) {
            options = other;
            assertEquals("first dequantize|x\n", run("dequantize", "x"), other);
        }
    }

    @Test
    void aUsersOwnOptionOfSharingTakesItsPlace() throws Exception {
        makeCache();
        options = "-Xshare:off";
        assertEquals("first dequantize|x\n", run("dequantize", "x"));
    }

    /** As the launcher makes it, with the class path that it starts dequantize with. */
    private void makeCache() throws Exception {
        String path = app + File.pathSeparator + cache.resolveSibling("picocli.jar");
        String recorded = dir.resolve("recorded").toString();
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED");
        ended(java, "-XX:AOTMode=record", "-XX:AOTConfiguration=" + recorded, "-cp", path, NAME.replace('/', '.'));
        ended(java, "-XX:AOTMode=create", "-XX:AOTConfiguration=" + recorded, "-XX:AOTCache=" + cache, "-cp", path);
    }

    private void ended(List<String> java, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(java);
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("made").toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), () -> String.join(" ", command));
    }

    /** What it printed on stdout; nothing may stand on stderr. */
    private String run(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(home.resolve("ingot").toString()));
        command.addAll(Arrays.asList(args));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(dir.resolve("stderr").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("INGOT_") || name.startsWith("JAVA"));
        builder.environment().put("INGOT_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("INGOT_BUILD", "never");
        builder.environment().put("INGOT_JAVA_OPTS", options);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals("", Files.readString(dir.resolve("stderr")));
        assertEquals(0, process.exitValue());
        return out;
    }

    private void jar(Path target, String word) throws IOException {
        Path sources = Files.createDirectories(dir.resolve("sources-" + word));
        Path source = sources.resolve("Main.java");
        Files.writeString(source, """
                package dev.ingot.standalone;

                public final class Main {
                    public static void main(String... args) {
                        System.out.println("%s " + String.join("|", args));
                    }
                }
                """.formatted(word));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(0, compiler.run(null, null, null, "-proc:none", "-d", sources.toString(), source.toString()));
        try (OutputStream file = Files.newOutputStream(target);
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.putNextEntry(new JarEntry(NAME + ".class"));
            jar.write(Files.readAllBytes(sources.resolve(NAME + ".class")));
            jar.closeEntry();
        }
    }
}
