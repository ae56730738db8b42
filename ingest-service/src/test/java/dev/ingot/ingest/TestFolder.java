package dev.ingot.ingest;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Folders of the repository that tests read. */
final class TestFolder {
    private static final Path FIXTURES = Path.of("..", "checkpoint", "src", "test", "resources", "fixtures");

    private TestFolder() {}

    static FileSet fixture(String name) {
        return open(FIXTURES.resolve(name));
    }

    static FileSet demo(String name) {
        return open(Path.of("..", "demo", name));
    }

    private static FileSet open(Path folder) {
        try {
            return FolderFiles.of(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
