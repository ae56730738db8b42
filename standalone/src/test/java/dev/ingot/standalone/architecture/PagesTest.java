package dev.ingot.standalone.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages that must not rot: every class and file they name exists. */
class PagesTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void everyClassThatArchitectureNamesExists() throws IOException {
        Set<String> sources = sources("**/*.java").stream()
                .map(path -> path.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());

        Set<String> missing = matches("ARCHITECTURE.md", CLASS_NAME);
        missing.removeAll(sources);

        assertEquals(Set.of(), missing);
    }

    @Test
    void everyFileThatAPageLinksToExists() throws IOException {
        for (String page : List.of("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")) {
            Set<String> missing = matches(page, LINK);
            missing.removeIf(link -> Files.exists(ROOT.resolve(link)));
            assertEquals(Set.of(), missing, page);
        }
    }

    @Test
    void everyPackageSaysWhatBelongsThere() throws IOException {
        Set<Path> folders = sources("**/src/main/java/**/*.java").stream()
                .map(Path::getParent)
                .collect(Collectors.toSet());
        for (Path folder : folders) {
            Path info = folder.resolve("package-info.java");
            assertTrue(Files.exists(info), folder + " has no package-info.java");
            String text = Files.readString(info);
            assertTrue(text.contains("Belongs here: "), info + " does not say what belongs there");
            assertTrue(text.contains("@NullMarked"), info + " is not @NullMarked");
        }
    }

    private static Set<String> matches(String page, Pattern pattern) throws IOException {
        Matcher matcher = pattern.matcher(Files.readString(ROOT.resolve(page)));
        Set<String> found = new TreeSet<>();
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static List<Path> sources(String glob) throws IOException {
        var matcher = ROOT.getFileSystem().getPathMatcher("glob:" + glob);
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(path -> !path.toString().contains("/target/"))
                    .filter(matcher::matches)
                    .toList();
        }
    }
}
