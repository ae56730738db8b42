package dev.ingot.standalone.local;

import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** A file of safetensors with other bytes in some of its tensors. */
final class AlteredFile {
    private AlteredFile() {}

    /** Writes {@code from} to {@code to}; {@code change} sees each of these tensors with its bytes, and changes them in place. */
    static void write(Path from, Path to, Predicate<String> names, BiConsumer<TensorEntry, ByteBuffer> change)
            throws IOException {
        byte[] bytes = Files.readAllBytes(from);
        int changed = 0;
        try (RangedFile file = FolderFiles.of(from.getParent())
                .open(from.getFileName().toString())
                .orElseThrow()) {
            for (TensorEntry tensor : SafetensorsFile.read(file).tensors()) {
                if (names.test(tensor.name())) {
                    ByteBuffer own =
                            ByteBuffer.wrap(bytes, Math.toIntExact(tensor.offset()), Math.toIntExact(tensor.length()));
                    change.accept(tensor, own.slice().order(ByteOrder.LITTLE_ENDIAN));
                    changed++;
                }
            }
        }
        if (changed == 0) {
            throw new IllegalArgumentException("nothing to change in " + from);
        }
        Files.write(to, bytes);
    }
}
