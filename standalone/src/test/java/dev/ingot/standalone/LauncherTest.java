package dev.ingot.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a copy of the repository's outline whose Maven is a script that packages {@link EchoMain}. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class LauncherTest {
    @TempDir
    Path dir;

    private Path home;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void outline() throws IOException {
        home = Files.createDirectories(dir.resolve("with space"));
        Files.copy(Path.of("../ingot"), home.resolve("ingot"));
        executable(home.resolve("ingot"));
        for (String module :
                List.of("checkpoint", "arithmetic", "pipeline", "hosting", "x-service", "standalone", ".mvn")) {
            Files.createDirectories(home.resolve(module + "/src/main"));
        }
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.writeString(home.resolve("pipeline/src/main/A.java"), "class A {}");
        jar(dir.resolve("echo.jar"));
        script(
                home.resolve("mvnw"),
                "echo \"$@\" >>" + quoted(dir.resolve("calls")),
                "mkdir -p standalone/target/quarkus-app",
                "cp " + quoted(dir.resolve("echo.jar")) + " standalone/target/quarkus-app/quarkus-run.jar");
        environment.put("PATH", "/usr/bin:/bin");
        environment.put(
                "INGOT_JVM_DIRS",
                Files.createDirectories(dir.resolve("no jdk here")).toString());
        environment.put("INGOT_JAVA_HOME", System.getProperty("java.home"));
    }

    @Test
    void arrivesAtTheCommandWithItsArgumentsAndNothingElseOnStdout() throws Exception {
        Ran ran = run("merge", "--out", "a b");
        assertEquals("args=merge|--out|a b\n", ran.out);
        assertEquals(0, ran.exit);
        assertTrue(ran.err.contains("home=" + home.toRealPath()), ran.err);
    }

    @Test
    void passesTheExitCodeThrough() throws Exception {
        assertEquals(4, run("exit", "4").exit);
    }

    @Test
    void worksThroughALinkFromAnotherFolder() throws Exception {
        Path bin = Files.createDirectories(dir.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("first"), home.resolve("ingot"));
        Files.createSymbolicLink(bin.resolve("ingot"), Path.of("first"));
        Ran ran = run(bin.resolve("ingot"), "x");
        assertEquals("args=x\n", ran.out);
    }

    @Test
    void givesEachCommandItsHeap() throws Exception {
        assertTrue(heap(run("merge")) > heap(run("status")));
        environment.put("INGOT_JAVA_OPTS", "-Xmx128m");
        assertTrue(heap(run("merge")) <= 128);
    }

    @Test
    void saysInOneLineWhatToInstallWhereThereIsNoJdk() throws Exception {
        environment.remove("INGOT_JAVA_HOME");
        Ran ran = run("merge");
        assertEquals(5, ran.exit);
        assertEquals("", ran.out);
        assertEquals(1, ran.err.lines().count(), ran.err);
        assertTrue(ran.err.contains("JDK 25") && ran.err.contains("adoptium"), ran.err);
    }

    @Test
    void findsAJdkAmongTheSystemsJvms() throws Exception {
        environment.remove("INGOT_JAVA_HOME");
        Path jvms = Files.createDirectories(dir.resolve("jvm s"));
        Files.createDirectories(jvms.resolve("broken/bin"));
        Files.createSymbolicLink(jvms.resolve("jdk"), Path.of(System.getProperty("java.home")));
        environment.put("INGOT_JVM_DIRS", dir.resolve("nothing") + ":" + jvms);
        assertEquals("args=x\n", run("x").out);
    }

    @Test
    void passesOverAJdkThatIsTooOld() throws Exception {
        environment.remove("INGOT_JAVA_HOME");
        Path old = Files.createDirectories(dir.resolve("old/bin"));
        script(old.resolve("java"), "exit 99");
        script(old.resolve("javac"), "exit 99");
        Files.writeString(dir.resolve("old/release"), "JAVA_VERSION=\"17.0.12\"\n");
        environment.put("JAVA_HOME", dir.resolve("old").toString());
        environment.put("PATH", old + ":/usr/bin:/bin");
        assertEquals(5, run("x").exit);
        environment.put("INGOT_JAVA_HOME", dir.resolve("old").toString());
        Ran ran = run("x");
        assertEquals(5, ran.exit);
        assertTrue(ran.err.contains("found 17"), ran.err);
    }

    @Test
    void buildsOnceAndAgainWhenASourceChangesOrGoes() throws Exception {
        run("x");
        run("x");
        assertEquals(1, builds());
        Files.writeString(home.resolve("pipeline/src/main/A.java"), "class A { int b; }");
        run("x");
        assertEquals(2, builds());
        Files.delete(home.resolve("pipeline/src/main/A.java"));
        run("build");
        assertEquals(3, builds());
        Files.createDirectories(home.resolve("pipeline/src/test"));
        Files.writeString(home.resolve("pipeline/src/test/ATest.java"), "class ATest {}");
        run("x");
        assertEquals(3, builds());
    }

    @Test
    void aFailedBuildShowsTheEndOfItsLogAndIsTriedAgain() throws Exception {
        script(home.resolve("mvnw"), "echo '[ERROR] A.java:1 is wrong'", "exit 1");
        Ran ran = run("x");
        assertEquals(1, ran.exit);
        assertEquals("", ran.out);
        assertTrue(ran.err.contains("[ERROR] A.java:1 is wrong"), ran.err);
        assertTrue(ran.err.contains("ingot-build.log"), ran.err);
        assertEquals(1, run("x").exit);
    }

    @Test
    void aLockThatAKilledBuildLeftIsNoObstacle() throws Exception {
        Path lock = Files.createDirectories(home.resolve("target/ingot-build.lock"));
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Files.writeString(lock.resolve("pid"), Long.toString(gone.pid()));
        assertEquals(0, run("x").exit);
        assertFalse(Files.exists(lock));
    }

    @Test
    void aLockWithoutAnOwnerIsNoObstacleOnceItIsOld() throws Exception {
        Path lock = Files.createDirectories(home.resolve("target/ingot-build.lock"));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(12)));
        assertEquals(0, run("x").exit);
        assertFalse(Files.exists(lock));
    }

    @Test
    void testsRunAsCiRunsThem() throws Exception {
        environment.put("INGOT_CI", "1");
        assertEquals(0, run("test", "-Dx=y z").exit);
        assertEquals("verify -Dformat.goal=check -Dx=y z\n", Files.readString(dir.resolve("calls")));
        run("x");
        assertEquals(1, builds(), "what the tests packaged is what runs next");
    }

    @Test
    void aSignalReachesTheCommand() throws Exception {
        Process process = start(home.resolve("ingot"), "wait");
        try (BufferedReader out = process.inputReader()) {
            assertEquals("args=wait", out.readLine());
            process.destroy();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(143, process.exitValue());
        }
    }

    private long builds() throws IOException {
        return Files.readAllLines(dir.resolve("calls")).size();
    }

    private static long heap(Ran ran) {
        return ran.err
                .lines()
                .filter(line -> line.startsWith("heap="))
                .mapToLong(line -> Long.parseLong(line.substring(5)))
                .findFirst()
                .orElseThrow();
    }

    private Ran run(String... args) throws Exception {
        return run(home.resolve("ingot"), args);
    }

    private Ran run(Path launcher, String... args) throws Exception {
        Process process = start(launcher, args);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = Files.readString(dir.resolve("stderr"));
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Ran(process.exitValue(), out, err);
    }

    private Process start(Path launcher, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(Arrays.asList(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
        builder.redirectError(dir.resolve("stderr").toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("INGOT_") || name.startsWith("JAVA") || name.startsWith("JDK"));
        builder.environment().put("HOME", dir.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String quoted(Path path) {
        return "'" + path + "'";
    }

    private static void script(Path path, String... lines) throws IOException {
        Files.writeString(path, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
        executable(path);
    }

    private static void executable(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void jar(Path target) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, EchoMain.class.getName());
        String name = EchoMain.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(target);
                JarOutputStream jar = new JarOutputStream(file, manifest);
                InputStream code = EchoMain.class.getClassLoader().getResourceAsStream(name)) {
            if (code == null) {
                throw new UncheckedIOException(new IOException(name + " is not on the class path"));
            }
            jar.putNextEntry(new JarEntry(name));
            code.transferTo(jar);
            jar.closeEntry();
        }
    }

    private record Ran(int exit, String out, String err) {}
}
