package dev.ingot.standalone.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CurrentClassesTest {
    @TempDir
    Path dir;

    private Path original;
    private Path copy;

    @BeforeEach
    void copied() throws Exception {
        original = Path.of(CommandLine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        copy = dir.resolve("picocli.jar");
        CurrentClasses.main(original.toString(), copy.toString());
    }

    @Test
    void everyEntryIsThereAndNoClassOfAnOldFormat() throws IOException {
        assertEquals(names(original), names(copy));
        try (JarFile jar = new JarFile(copy.toFile())) {
            for (JarEntry entry : classes(jar)) {
                try (DataInputStream content = new DataInputStream(jar.getInputStream(entry))) {
                    content.readInt();
                    content.readUnsignedShort();
                    int format = content.readUnsignedShort();
                    assertTrue(format >= 51, entry.getName() + " is of format " + format);
                }
            }
        }
    }

    /** Initialized, so verified. */
    @Test
    void theJvmAcceptsEveryClass() throws Exception {
        URL[] only = {copy.toUri().toURL()};
        int accepted = 0;
        try (JarFile jar = new JarFile(copy.toFile());
                URLClassLoader loader = new URLClassLoader(only, ClassLoader.getPlatformClassLoader())) {
            for (JarEntry entry : classes(jar)) {
                String name = entry.getName().replace('/', '.').replaceFirst("\\.class$", "");
                if (!name.contains(".groovy.")) {
                    assertEquals(
                            URI.create("jar:" + copy.toUri() + "!/" + entry.getName())
                                    .toURL(),
                            loader.getResource(entry.getName()));
                    assertEquals(loader, Class.forName(name, true, loader).getClassLoader());
                    accepted++;
                }
            }
        }
        assertTrue(accepted > 200, "only " + accepted);
    }

    private static List<JarEntry> classes(JarFile jar) {
        return jar.stream()
                .filter(entry ->
                        entry.getName().endsWith(".class") && !entry.getName().endsWith("module-info.class"))
                .toList();
    }

    private static Set<String> names(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Set<String> names = new TreeSet<>();
            file.stream().map(JarEntry::getName).forEach(names::add);
            return names;
        }
    }
}
