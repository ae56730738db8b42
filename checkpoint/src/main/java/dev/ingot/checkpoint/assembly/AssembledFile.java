package dev.ingot.checkpoint.assembly;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An assembly as a file: tensors one after the other, each row-major. Files of the set are opened when they are first read. */
public final class AssembledFile implements RangedFile {
    /** Elements that lie in no order are gathered from this many bytes at most. */
    public static final int MAX_SPAN = 64 << 20;

    private final Assembly assembly;
    private final FileSet files;
    private final Map<String, RangedFile> open = new HashMap<>();
    private @Nullable Block gathered;
    private ByteBuffer span = ByteBuffer.allocate(0);

    public AssembledFile(Assembly assembly, FileSet files) {
        this.assembly = assembly;
        this.files = files;
    }

    @Override
    public FileInfo info() {
        return assembly.file();
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
        if (position < 0 || into.remaining() > info().size() - position) {
            throw new EOFException("%s has %d bytes, not %d from byte %d"
                    .formatted(info().name(), info().size(), into.remaining(), position));
        }
        long at = position;
        while (into.hasRemaining()) {
            Assembly.Place place = assembly.at(at);
            long within = at - place.offset();
            int count = (int) Math.min(into.remaining(), place.tensor().bytes() - within);
            new BlockReader(place.tensor(), this::opened, this::spanOf)
                    .read(within, into.slice(into.position(), count));
            into.position(into.position() + count);
            at += count;
        }
    }

    private synchronized RangedFile opened(String name) throws IOException {
        RangedFile known = open.get(name);
        if (known == null) {
            known = files.open(name)
                    .orElseThrow(
                            () -> new IOException(name + " vanished from " + files.location() + " while it was read"));
            open.put(name, known);
        }
        return known;
    }

    private synchronized ByteBuffer spanOf(AssembledTensor tensor, Block block) throws IOException {
        if (!block.equals(gathered)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) requireGatherable(tensor, block));
            opened(block.file()).read(block.position(), bytes);
            span = bytes.flip();
            gathered = block;
        }
        return span;
    }

    /** Bytes that a block's elements are gathered from; RefusedInput {@code torch.strided} beyond {@link #MAX_SPAN}. */
    static long requireGatherable(AssembledTensor tensor, Block block) {
        long bytes = Math.multiplyExact(block.span(), (long) tensor.width());
        if (bytes > MAX_SPAN) {
            throw strided(tensor, block, "transposed or with gaps over", bytes);
        }
        return bytes;
    }

    /** An expanded tensor repeats few elements as many: RefusedInput {@code torch.strided} where it would be larger than {@link #MAX_SPAN}. */
    static void requireNotBlownUp(AssembledTensor tensor, Block block) {
        if (block.elements() > block.span() && tensor.bytes() > MAX_SPAN) {
            throw strided(tensor, block, "expanded from few elements to", tensor.bytes());
        }
    }

    private static RefusedInput strided(AssembledTensor tensor, Block block, String how, long bytes) {
        return new RefusedInput(
                "torch.strided",
                "%s in %s is stored %s %d bytes; at most %d are put in order."
                        .formatted(tensor.name(), block.file(), how, bytes, MAX_SPAN),
                "save it again with .contiguous() before torch.save");
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
