package dev.ingot.bench.fuzz;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.raw.RawFiles;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Reads every tensor of a raw container from its first to its last byte. */
final class ContainerTrial {
    private static final int CHUNK = 1 << 13;

    private ContainerTrial() {}

    /** Digests of the tensors, in the order of their names in the container. */
    static List<Integer> run(Subject subject) throws IOException {
        FileSet files = new RawFiles(new MemoryFolder("file:///fuzz/container", subject.base()));
        TensorCatalog catalog = TensorCatalog.ofTraining(files)
                .orElseThrow(() -> new RefusedInput("fuzz.nothing", "There is no container.", "none"));
        Map<String, RangedFile> open = new HashMap<>();
        List<Integer> digests = new ArrayList<>();
        for (LocatedTensor tensor : catalog.tensors().values()) {
            RangedFile file = open.get(tensor.file().name());
            if (file == null) {
                file = files.open(tensor.file().name()).orElseThrow();
                open.put(tensor.file().name(), file);
            }
            digests.add(digest(file, tensor));
        }
        return digests;
    }

    private static int digest(RangedFile file, LocatedTensor tensor) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (long at = 0; at < tensor.entry().length(); at += CHUNK) {
            chunk.clear().limit((int) Math.min(CHUNK, tensor.entry().length() - at));
            file.read(tensor.entry().offset() + at, chunk);
            crc.update(chunk.flip());
        }
        return (int) crc.getValue();
    }
}
