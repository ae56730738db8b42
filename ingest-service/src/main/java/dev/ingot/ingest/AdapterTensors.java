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
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Compares tensors of the adapter with one another; the one place where ingest reads more than headers.
 *
 * @param fileOf name of each tensor's file
 */
record AdapterTensors(FileSet files, Map<String, String> fileOf) {
    private static final int CHUNK = 1 << 20;

    AdapterTensors {
        fileOf = Map.copyOf(fileOf);
    }

    /** @param files of the adapter */
    static AdapterTensors of(FileSet files, Adapter adapter) {
        Map<String, String> fileOf = new HashMap<>();
        adapter.tensors()
                .forEach(tensor ->
                        fileOf.put(tensor.name(), tensor.tensor().file().name()));
        return new AdapterTensors(files, fileOf);
    }

    /** Where a tensor begins in its file. */
    private record Stretch(String tensor, long offset) {}

    /** Whether two tensors have the same dtype, shape and bytes. */
    boolean equal(LocatedTensor a, LocatedTensor b) throws IOException {
        return a.dtype() == b.dtype()
                && a.shape().equals(b.shape())
                && equal(
                        new Stretch(a.name(), a.entry().offset()),
                        this,
                        new Stretch(b.name(), b.entry().offset()),
                        a.entry().length());
    }

    /** The same for tensors that a plan refers to. */
    boolean equal(TensorRef a, TensorRef b) throws IOException {
        return equal(a, this, b);
    }

    /** The same for a tensor of another adapter. */
    boolean equal(TensorRef a, AdapterTensors other, TensorRef b) throws IOException {
        return a.dtype() == b.dtype()
                && a.shape().equals(b.shape())
                && equal(new Stretch(a.name(), a.offset()), other, new Stretch(b.name(), b.offset()), a.length());
    }

    private boolean equal(Stretch a, AdapterTensors other, Stretch b, long length) throws IOException {
        try (RangedFile file = open(a.tensor());
                RangedFile otherFile = other.open(b.tensor())) {
            boolean isSame = a.offset() == b.offset()
                    && files.location().equals(other.files.location())
                    && file.info().equals(otherFile.info());
            ByteBuffer left = ByteBuffer.allocate(CHUNK);
            ByteBuffer right = ByteBuffer.allocate(CHUNK);
            for (long at = 0; !isSame && at < length; at += CHUNK) {
                int count = (int) Math.min(CHUNK, length - at);
                file.read(a.offset() + at, left.clear().limit(count));
                otherFile.read(b.offset() + at, right.clear().limit(count));
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
        try (RangedFile file = open(tensor.name())) {
            file.read(tensor.offset(), bytes);
        }
        return bytes.flip();
    }

    private RangedFile open(String tensor) throws IOException {
        String name = Objects.requireNonNull(fileOf.get(tensor), tensor);
        return files.open(name)
                .orElseThrow(() ->
                        new FileNotFoundException(name + " vanished from " + files.location() + " while it was read"));
    }
}
