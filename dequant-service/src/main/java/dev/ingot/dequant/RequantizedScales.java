package dev.ingot.dequant;

import dev.ingot.arithmetic.Absmax;
import dev.ingot.arithmetic.AbsmaxQuantization;
import dev.ingot.arithmetic.ExactMean;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What double quantization has to know of a whole value before its first block can be restored: the mean of all scales and, per 256 of them, the
 * smallest and the largest, which the outer scale follows from. 8 bytes per 256 blocks are kept. Filled once, by all threads that ask.
 */
final class RequantizedScales {
    private static final int GROUP = AbsmaxQuantization.BLOCKSIZE;
    private static final int CHUNK_ELEMENTS = 1 << 18;

    private final long blocks;
    private final int chunkBlocks;
    private final float[] smallest;
    private final float[] largest;
    private final ExactMean mean = new ExactMean();
    private final SharedPass pass;
    private @Nullable Absmax restored;

    RequantizedScales(Quantized4Bit value) {
        this.blocks = Math.ceilDiv(value.shape().elements(), (long) value.blocksize());
        this.chunkBlocks = Math.max(CHUNK_ELEMENTS / (value.blocksize() * GROUP), 1) * GROUP;
        int groups = Math.toIntExact(Math.ceilDiv(blocks, (long) GROUP));
        this.smallest = new float[groups];
        this.largest = new float[groups];
        this.pass = new SharedPass(Math.toIntExact(Math.ceilDiv(blocks, (long) chunkBlocks)));
    }

    /** Gives the absmax of {@code count} blocks from block {@code first} on. */
    interface Blocks {
        float[] absmax(long first, int count) throws IOException;
    }

    /** Returns when mean and ranges of all blocks are known. */
    void complete(Blocks source) throws IOException {
        pass.complete(chunk -> {
            long first = (long) chunk * chunkBlocks;
            int count = (int) Math.min(chunkBlocks, blocks - first);
            take(first, source.absmax(first, count), count);
        });
    }

    private synchronized Absmax restored() {
        Absmax found = restored == null ? AbsmaxQuantization.absmax(mean.value()) : restored;
        restored = found;
        return found;
    }

    private void take(long first, float[] absmax, int count) {
        ExactMean share = new ExactMean();
        for (int start = 0; start < count; start += GROUP) {
            float low = Float.POSITIVE_INFINITY;
            float high = 0;
            for (int i = start; i < Math.min(start + GROUP, count); i++) {
                share.add(absmax[i]);
                low = Math.min(low, absmax[i]);
                high = Math.max(high, absmax[i]);
            }
            int group = (int) ((first + start) / GROUP);
            smallest[group] = low;
            largest[group] = high;
        }
        synchronized (mean) {
            mean.add(share);
        }
    }

    /** After {@link #complete}: what bitsandbytes restores in place of the absmax of {@code count} blocks from block {@code first} on. */
    void restore(float[] absmax, long first, int count, float[] into) {
        Absmax scales = restored();
        float offset = scales.offset();
        long group = -1;
        float outer = 0;
        for (int i = 0; i < count; i++) {
            if ((first + i) / GROUP != group) {
                group = (first + i) / GROUP;
                outer = outer((int) group, offset);
            }
            into[i] = scales.scale(AbsmaxQuantization.code(absmax[i], offset, outer), outer);
        }
    }

    /** Rounding keeps the order, so the largest distance is that of one of the ends. */
    private float outer(int group, float offset) {
        return AbsmaxQuantization.outer(new float[] {smallest[group], largest[group]}, 0, 2, offset);
    }
}
