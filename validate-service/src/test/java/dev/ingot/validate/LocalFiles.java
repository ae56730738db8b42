package dev.ingot.validate;

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

/** A folder as a file set. */
record LocalFiles(Path folder) implements FileSet {
    @Override
    public String location() {
        return folder.toUri().toString();
    }

    @Override
    public List<FileInfo> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> info(file.getFileName().toString()))
                    .sorted(java.util.Comparator.comparing(FileInfo::name))
                    .toList();
        }
    }

    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? Optional.of(FileRange.open(file, info(name))) : Optional.empty();
    }

    private FileInfo info(String name) {
        Path file = folder.resolve(name);
        return new FileInfo(
                name, file.toFile().length(), name + "@" + file.toFile().lastModified());
    }
}
