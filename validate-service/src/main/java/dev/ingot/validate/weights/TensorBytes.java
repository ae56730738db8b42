package dev.ingot.validate.weights;

import dev.ingot.arithmetic.HalfPrecision;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Raw bytes of tensors; every file is opened once and stays open until this is closed. Safe for several threads. */
final class TensorBytes implements AutoCloseable {
    private final FileSet files;
    private final Map<String, RangedFile> open = new HashMap<>();

    TensorBytes(FileSet files) {
        this.files = files;
    }

    /** {@code length} bytes from byte {@code from} of a tensor on, little-endian. */
    ByteBuffer read(LocatedTensor tensor, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        read(tensor, from, bytes);
        return bytes.flip();
    }

    /** Fills {@code into} from byte {@code from} of a tensor on. */
    void read(LocatedTensor tensor, long from, ByteBuffer into) throws IOException {
        if (from < 0 || into.remaining() > tensor.entry().length() - from) {
            throw new EOFException("%s has %d bytes, not %d from byte %d"
                    .formatted(tensor.name(), tensor.entry().length(), into.remaining(), from));
        }
        file(tensor.file().name()).read(tensor.entry().offset() + from, into);
    }

    /** {@code count} elements of an F32 or BF16 tensor from element {@code first} on. */
    float[] floats(LocatedTensor tensor, long first, int count) throws IOException {
        int width = tensor.dtype().bits() / Byte.SIZE;
        ByteBuffer raw = read(tensor, first * width, count * width);
        float[] values = new float[count];
        if (tensor.dtype() == DType.BF16) {
            for (int i = 0; i < count; i++) {
                values[i] = HalfPrecision.fromBFloat16(raw.getShort());
            }
        } else {
            raw.asFloatBuffer().get(values);
        }
        return values;
    }

    private synchronized RangedFile file(String name) throws IOException {
        RangedFile known = open.get(name);
        if (known == null) {
            known = files.open(name)
                    .orElseThrow(
                            () -> new IOException(name + " vanished from " + files.location() + " while it was read"));
            open.put(name, known);
        }
        return known;
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            RangedFile.closeAll(open.values());
        } finally {
            open.clear();
        }
    }
}
