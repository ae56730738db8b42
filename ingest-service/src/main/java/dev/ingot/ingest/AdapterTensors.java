package dev.ingot.ingest;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.plan.Operation.Factor;
import dev.ingot.pipeline.plan.TensorRef;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Compares tensors of the adapter with one another; the one place where ingest reads more than headers. */
record AdapterTensors(FileSet files) {
    private static final int CHUNK = 1 << 20;

    /** Whether two tensors have the same dtype, shape and bytes. */
    boolean equal(LocatedTensor a, LocatedTensor b) throws IOException {
        return a.dtype() == b.dtype()
                && a.shape().equals(b.shape())
                && equal(a.entry().offset(), b.entry().offset(), a.entry().length());
    }

    /** The same for tensors that a plan refers to. */
    boolean equal(TensorRef a, TensorRef b) throws IOException {
        return a.dtype() == b.dtype() && a.shape().equals(b.shape()) && equal(a.offset(), b.offset(), a.length());
    }

    /** The same for a tensor of another adapter. */
    boolean equal(TensorRef a, AdapterTensors other, TensorRef b) throws IOException {
        return a.dtype() == b.dtype()
                && a.shape().equals(b.shape())
                && (a.equals(b) || equal(a.offset(), other, b.offset(), a.length()));
    }

    private boolean equal(long a, long b, long length) throws IOException {
        return a == b || equal(a, this, b, length);
    }

    private boolean equal(long a, AdapterTensors other, long b, long length) throws IOException {
        try (RangedFile file = open();
                RangedFile otherFile = other.open()) {
            ByteBuffer left = ByteBuffer.allocate(CHUNK);
            ByteBuffer right = ByteBuffer.allocate(CHUNK);
            for (long at = 0; at < length; at += CHUNK) {
                int count = (int) Math.min(CHUNK, length - at);
                file.read(a + at, left.clear().limit(count));
                otherFile.read(b + at, right.clear().limit(count));
                if (!left.flip().equals(right.flip())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether two factors are the same matrix, whichever way each is stored. */
    boolean equal(Factor a, Factor b) throws IOException {
        if (a.transposed() == b.transposed()) {
            return equal(a.tensor(), b.tensor());
        }
        Shape shape = a.tensor().shape();
        if (a.tensor().dtype() != b.tensor().dtype()
                || !shape.transposed().equals(b.tensor().shape())) {
            return false;
        }
        int width = a.tensor().dtype().bits() / Byte.SIZE;
        ByteBuffer left = read(a.tensor());
        ByteBuffer right = read(b.tensor());
        int rows = Math.toIntExact(shape.dim(0));
        int columns = Math.toIntExact(shape.dim(1));
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                ByteBuffer one = left.slice((i * columns + j) * width, width);
                if (!one.equals(right.slice((j * rows + i) * width, width))) {
                    return false;
                }
            }
        }
        return true;
    }

    private ByteBuffer read(TensorRef tensor) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.length()));
        try (RangedFile file = open()) {
            file.read(tensor.offset(), bytes);
        }
        return bytes.flip();
    }

    private RangedFile open() throws IOException {
        return files.open(Adapter.FILE)
                .orElseThrow(() -> new FileNotFoundException(
                        Adapter.FILE + " vanished from " + files.location() + " while it was read"));
    }
}
