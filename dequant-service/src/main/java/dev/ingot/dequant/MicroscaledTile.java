package dev.ingot.dequant;

import dev.ingot.arithmetic.MicroscaledFp4;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import java.io.IOException;

/** MXFP4: a group's elements times its power of two. */
final class MicroscaledTile extends ProductTile<Value.MicroscaledFp4> {
    private final SourceBytes source;
    private final float[] table = new float[16];
    private byte[] blocks = {};
    private byte[] scales = {};

    MicroscaledTile(SourceBytes source) {
        this.source = source;
    }

    @Override
    void products(Value.MicroscaledFp4 value, long first, float[] into, int count) throws IOException {
        if (count == 0) {
            return;
        }
        int bytes = (int) ((first + count + 1) / 2 - first / 2);
        blocks = blocks.length < bytes ? new byte[bytes] : blocks;
        source.read(value.blocks(), first / 2, blocks, bytes);
        long firstGroup = first / MicroscaledFp4.GROUP;
        int groups = (int) ((first + count - 1) / MicroscaledFp4.GROUP - firstGroup + 1);
        scales = scales.length < groups ? new byte[groups] : scales;
        source.read(value.scales(), firstGroup, scales, groups);
        int start = 0;
        for (int group = 0; group < groups; group++) {
            int end = (int) Math.min((firstGroup + group + 1) * MicroscaledFp4.GROUP - first, count);
            prepare(value.scales(), firstGroup + group, Byte.toUnsignedInt(scales[group]));
            for (int i = start; i < end; i++) {
                into[i] = table[MicroscaledFp4.nibble(blocks, first, first + i)];
            }
            start = end;
        }
    }

    private void prepare(TensorRef tensor, long group, int scale) {
        if (scale == MicroscaledFp4.NOT_A_NUMBER) {
            throw source.nonFinite("The scale of group " + group, tensor, Float.NaN);
        }
        for (int nibble = 0; nibble < table.length; nibble++) {
            table[nibble] = MicroscaledFp4.value(nibble, scale);
        }
    }
}
