package dev.ingot.ingest;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Compares the two ends that an adapter saved whole; the one place where ingest reads more than headers. */
final class EndTensors {
    private static final int CHUNK = 1 << 20;

    private EndTensors() {}

    /** Whether two tensors of the adapter have the same dtype, shape and bytes. */
    static boolean equal(FileSet adapter, LocatedTensor a, LocatedTensor b) throws IOException {
        if (a.dtype() != b.dtype() || !a.shape().equals(b.shape())) {
            return false;
        }
        try (RangedFile fileA = open(adapter, a);
                RangedFile fileB = open(adapter, b)) {
            ByteBuffer left = ByteBuffer.allocate(CHUNK);
            ByteBuffer right = ByteBuffer.allocate(CHUNK);
            for (long at = 0; at < a.entry().length(); at += CHUNK) {
                int count = (int) Math.min(CHUNK, a.entry().length() - at);
                fileA.read(a.entry().offset() + at, left.clear().limit(count));
                fileB.read(b.entry().offset() + at, right.clear().limit(count));
                if (!left.flip().equals(right.flip())) {
                    return false;
                }
            }
            return true;
        }
    }

    private static RangedFile open(FileSet files, LocatedTensor tensor) throws IOException {
        return files.open(tensor.file().name())
                .orElseThrow(() -> new FileNotFoundException(
                        tensor.file().name() + " vanished from " + files.location() + " while it was read"));
    }
}
