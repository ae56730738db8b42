package dev.ingot.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Folders of test resources in memory, with files one level below under their relative names. */
public final class TestFiles {
    private static final Path RESOURCES = Path.of("src/test/resources");

    private TestFiles() {}

    public static MemoryFiles folder(String name) throws IOException {
        Path folder = RESOURCES.resolve(name);
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder, 2)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return new MemoryFiles(files);
    }
}
