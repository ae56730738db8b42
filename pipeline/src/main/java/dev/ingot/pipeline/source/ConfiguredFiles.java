package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.VerlConfig;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.TrainingFolder;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The files of an adapter with an adapter_config.json that does not stand among them: the request's own, or the one of the folder above, where trainers
 * leave it, or what verl says in a file of its own.
 */
record ConfiguredFiles(FileSet files, byte[] config) implements FileSet {
    private static final int MAX_BYTES = 4 << 20;

    /** The files at a location. A config that the request gives goes before one that stands there; the one above counts for training checkpoints alone. */
    static FileSet of(String location, Optional<String> given, FileSets sources) throws IOException {
        FileSet files = sources.open(location);
        if (given.isPresent()) {
            return new ConfiguredFiles(files, given.get().getBytes(StandardCharsets.UTF_8));
        }
        if (isIn(files) || !TrainingFolder.is(files)) {
            return files;
        }
        Optional<byte[]> above = above(location, sources);
        if (above.isPresent()) {
            return new ConfiguredFiles(files, above.get());
        }
        Optional<JsonObject> verl = VerlConfig.read(files);
        return verl.isPresent()
                ? new ConfiguredFiles(files, Json.write(verl.get()).getBytes(StandardCharsets.UTF_8))
                : files;
    }

    private static boolean isIn(FileSet files) throws IOException {
        Optional<RangedFile> own = files.open(AdapterConfig.FILE);
        if (own.isPresent()) {
            own.get().close();
        }
        return own.isPresent();
    }

    private static Optional<byte[]> above(String location, FileSets sources) throws IOException {
        Optional<String> folder = SourceLocation.above(location);
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        try {
            Optional<RangedFile> found = sources.open(folder.get()).open(AdapterConfig.FILE);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (RangedFile file = found.get()) {
                ByteBuffer text = ByteBuffer.allocate((int) Math.min(file.info().size(), MAX_BYTES));
                file.read(0, text);
                return Optional.of(text.array());
            }
        } catch (RefusedInput notAllowed) {
            // what is above an allowed folder need not be allowed; then it has no config
            return Optional.empty();
        }
    }

    @Override
    public String location() {
        return files.location();
    }

    @Override
    public List<FileInfo> list() throws IOException {
        return files.list();
    }

    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        return name.equals(AdapterConfig.FILE)
                ? Optional.of(new InMemory(new FileInfo(name, config.length, "given"), config))
                : files.open(name);
    }

    @Override
    public String toString() {
        return files.toString();
    }

    private record InMemory(FileInfo info, byte[] content) implements RangedFile {
        @Override
        public void read(long position, ByteBuffer into) throws IOException {
            if (position < 0 || into.remaining() > content.length - position) {
                throw new EOFException(info.name() + " ends at byte " + content.length);
            }
            into.put(content, (int) position, into.remaining());
        }

        @Override
        public void close() {}
    }
}
