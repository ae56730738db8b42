package dev.ingot.ingest;

import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Tells whether a base stores its one matrix under both names. Headers cannot: both tensors are read, where the answer matters. */
record StoredEnds(BaseModel base, FileSet files) {
    private static final int CHUNK = 1 << 20;

    /** Whether both ends are stored, config says that they are one, and their bytes say so too: then every transformers ties them. */
    boolean areOneMatrix(Embeddings ends) throws IOException {
        boolean plain = base.has(ends.output())
                && !base.quantized().containsKey(ends.input())
                && !base.quantized().containsKey(ends.output());
        return plain
                && base.config().tieWordEmbeddings().orElse(false)
                && equal(base.parameters().get(ends.input()), base.parameters().get(ends.output()));
    }

    private boolean equal(LocatedTensor a, LocatedTensor b) throws IOException {
        if (a.dtype() != b.dtype() || !a.shape().equals(b.shape())) {
            return false;
        }
        long length = a.entry().length();
        ByteBuffer left = ByteBuffer.allocate(CHUNK);
        ByteBuffer right = ByteBuffer.allocate(CHUNK);
        try (RangedFile one = open(a);
                RangedFile other = open(b)) {
            for (long at = 0; at < length; at += CHUNK) {
                int count = (int) Math.min(CHUNK, length - at);
                one.read(a.entry().offset() + at, left.clear().limit(count));
                other.read(b.entry().offset() + at, right.clear().limit(count));
                if (!left.flip().equals(right.flip())) {
                    return false;
                }
            }
        }
        return true;
    }

    private RangedFile open(LocatedTensor tensor) throws IOException {
        String name = tensor.file().name();
        return files.open(name)
                .orElseThrow(() ->
                        new FileNotFoundException(name + " vanished from " + files.location() + " while it was read"));
    }
}
