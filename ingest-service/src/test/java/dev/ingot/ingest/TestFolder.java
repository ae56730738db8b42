package dev.ingot.ingest;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.FileRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A fixture's folder as a file set. */
record TestFolder(Path folder) implements FileSet {
    private static final Path FIXTURES = Path.of("..", "checkpoint", "src", "test", "resources", "fixtures");

    static TestFolder fixture(String name) {
        return new TestFolder(FIXTURES.resolve(name));
    }

    static TestFolder demo(String name) {
        return new TestFolder(Path.of("..", "demo", name));
    }

    @Override
    public String location() {
        return folder.toString();
    }

    @Override
    public List<FileInfo> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().map(this::info).toList();
        }
    }

    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        Path path = folder.resolve(name);
        return Files.isRegularFile(path) ? Optional.of(FileRange.open(path, info(path))) : Optional.empty();
    }

    private FileInfo info(Path path) {
        return new FileInfo(path.getFileName().toString(), path.toFile().length(), "test");
    }
}
