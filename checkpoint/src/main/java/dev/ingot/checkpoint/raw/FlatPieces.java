package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.assembly.Block;
import dev.ingot.checkpoint.torch.StridedTensor;
import java.util.ArrayList;
import java.util.List;

/** A long vector that lies in several pieces, one behind the other; parameters are cut out of it. */
final class FlatPieces {
    private final List<StridedTensor> pieces = new ArrayList<>();
    private long length;

    /** @param piece contiguous */
    void add(StridedTensor piece) {
        if (piece.shape().elements() > 0) {
            pieces.add(piece);
            length += piece.shape().elements();
        }
    }

    /** Elements of all pieces. */
    long length() {
        return length;
    }

    /**
     * Adds the blocks of one stretch.
     *
     * @param from first element of the stretch in the vector; the stretch lies inside
     * @param offset of the stretch in the tensor that is put together
     */
    void cut(long from, long count, long offset, List<Block> into) {
        long start = 0;
        for (StridedTensor piece : pieces) {
            long end = start + piece.shape().elements();
            long first = Math.max(from, start);
            long last = Math.min(from + count, end);
            if (first < last) {
                int width = piece.dtype().bits() / Byte.SIZE;
                into.add(Block.stretch(
                        piece.file(), piece.position() + (first - start) * width, offset + first - from, last - first));
            }
            start = end;
        }
    }
}
