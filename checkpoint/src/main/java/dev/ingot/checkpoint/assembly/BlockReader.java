package dev.ingot.checkpoint.assembly;

import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads stretches of one assembled tensor, run by run: a run is what lies together in grid and file. Safe for several threads. */
final class BlockReader {
    /** Opens a file of the set by its name, or gives the one that is open. */
    interface Opener {
        RangedFile open(String name) throws IOException;
    }

    /** Keeps the bytes of the block that was gathered last; a block without order is read over and over. */
    interface Spans {
        ByteBuffer of(AssembledTensor tensor, Block block) throws IOException;
    }

    private final AssembledTensor tensor;
    private final Opener files;
    private final Spans spans;
    private final List<Long> dims;

    BlockReader(AssembledTensor tensor, Opener files, Spans spans) {
        this.tensor = tensor;
        this.files = files;
        this.spans = spans;
        this.dims = tensor.grid().dims();
    }

    /** Fills {@code into} from byte {@code from} of the tensor on. */
    void read(long from, ByteBuffer into) throws IOException {
        int width = tensor.width();
        long at = from;
        while (into.hasRemaining()) {
            long element = at / width;
            int within = (int) (at % width);
            long[] coordinate = coordinate(element);
            Block block = blockAt(coordinate);
            long run = run(block, coordinate) * width - within;
            int count = (int) Math.min(run, into.remaining());
            ByteBuffer part = into.slice(into.position(), count);
            readRun(block, block.distance(coordinate) * width + within, part);
            into.position(into.position() + count);
            at += count;
        }
    }

    private void readRun(Block block, long distance, ByteBuffer part) throws IOException {
        if (isGathered(block)) {
            part.put(spans.of(tensor, block).slice((int) distance, part.remaining()));
        } else {
            files.open(block.file()).read(block.position() + distance, part);
        }
    }

    /** Whether neighbours of the last dimension lie apart in the file, so that one element would be one read. */
    static boolean isGathered(Block block) {
        int last = block.sizes().size() - 1;
        return last >= 0 && block.sizes().get(last) > 1 && block.strides().get(last) != 1;
    }

    private long[] coordinate(long element) {
        long[] coordinate = new long[dims.size()];
        long rest = element;
        for (int i = coordinate.length - 1; i >= 0; i--) {
            coordinate[i] = rest % dims.get(i);
            rest /= dims.get(i);
        }
        return coordinate;
    }

    private Block blockAt(long[] coordinate) {
        List<Block> blocks = tensor.blocks();
        if (coordinate.length == 1) {
            return blocks.get(indexOf(blocks, coordinate[0]));
        }
        for (Block block : blocks) {
            if (block.holds(coordinate)) {
                return block;
            }
        }
        throw new IllegalStateException("no block of " + tensor.name() + " holds what is read");
    }

    /** Blocks of a vector are sorted. */
    private static int indexOf(List<Block> blocks, long element) {
        int low = 0;
        int high = blocks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (blocks.get(middle).offsets().getFirst() <= element) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Elements from here on that follow one another both in the grid and in the block's file. */
    private long run(Block block, long[] coordinate) {
        long run = 1;
        long stride = 1;
        for (int i = coordinate.length - 1; i >= 0; i--) {
            long size = block.sizes().get(i);
            if (size != 1 && block.strides().get(i) != stride) {
                break;
            }
            run += (size - 1 - (coordinate[i] - block.offsets().get(i))) * stride;
            if (size != dims.get(i)) {
                break;
            }
            stride *= size;
        }
        return run;
    }
}
