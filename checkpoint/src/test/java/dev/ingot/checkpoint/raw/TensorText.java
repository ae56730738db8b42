package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Tensors as text: dtype, shape and every byte. */
final class TensorText {
    private TensorText() {}

    static Map<String, String> of(FileSet files, TensorCatalog catalog) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        for (LocatedTensor tensor : catalog.tensors().values()) {
            texts.put(tensor.name(), of(files, tensor));
        }
        return texts;
    }

    /** Read in steps of three bytes, so that runs are cut anywhere. */
    static String of(FileSet files, LocatedTensor tensor) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.entry().length());
        try (RangedFile file = files.open(tensor.file().name()).orElseThrow()) {
            while (bytes.hasRemaining()) {
                int count = Math.min(3, bytes.remaining());
                ByteBuffer part = bytes.slice(bytes.position(), count);
                file.read(tensor.entry().offset() + bytes.position(), part);
                bytes.position(bytes.position() + count);
            }
        }
        return tensor.dtype() + " " + tensor.shape() + " " + HexFormat.of().formatHex(bytes.array());
    }
}
