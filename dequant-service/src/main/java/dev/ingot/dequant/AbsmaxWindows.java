package dev.ingot.dequant;

import dev.ingot.arithmetic.Absmax;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.NestedAbsmax;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.tile.PlanInputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scales of quantized values, decoded a window of blocks at a time; the windows used last are kept, so that neighbouring tiles share one and
 * memory does not grow with the tensor. Safe for several threads.
 */
final class AbsmaxWindows {
    static final int BLOCKS = 1 << 16;
    private static final int KEPT = 8;

    private final PlanInputs inputs;
    private final Map<Key, float[]> kept = new LinkedHashMap<>(16, 0.75f, true);

    AbsmaxWindows(PlanInputs inputs) {
        this.inputs = inputs;
    }

    private record Key(TensorRef absmax, long window) {}

    /** Scales of blocks {@code [window * BLOCKS, …)}; RefusedInput {@code base.non-finite} where one is no finite number. */
    float[] window(Packed4Bit value, long window) throws IOException {
        Key key = new Key(value.absmax(), window);
        synchronized (kept) {
            float[] found = kept.get(key);
            if (found != null) {
                return found;
            }
        }
        float[] scales = decode(value, window);
        synchronized (kept) {
            kept.put(key, scales);
            if (kept.size() > KEPT) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
        return scales;
    }

    private float[] decode(Packed4Bit value, long window) throws IOException {
        long first = window * BLOCKS;
        long blocks = Math.ceilDiv(value.shape().elements(), (long) value.blocksize());
        int count = (int) Math.min(BLOCKS, blocks - first);
        float[] scales = value.nested().isPresent()
                ? nested(value.absmax(), value.nested().get(), first, count)
                : floats(value.absmax(), first, count);
        requireFinite(value, first, scales);
        return scales;
    }

    private float[] nested(TensorRef codes, NestedAbsmax nested, long first, int count) throws IOException {
        long firstOuter = first / nested.blocksize();
        int outers = (int) ((first + count - 1) / nested.blocksize() - firstOuter + 1);
        float[] outer = floats(nested.absmax(), firstOuter, outers);
        float[] map = floats(nested.map(), 0, (int) nested.map().shape().elements());
        byte[] bytes = new byte[count];
        inputs.read(codes, first, ByteBuffer.wrap(bytes));
        float[] scales = new float[count];
        new Absmax(map, nested.blocksize(), nested.dtype(), nested.offset()).scales(bytes, outer, first, scales, count);
        return scales;
    }

    private float[] floats(TensorRef tensor, long first, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        inputs.read(tensor, first * Float.BYTES, bytes);
        float[] values = new float[count];
        bytes.flip().asFloatBuffer().get(values);
        return values;
    }

    private void requireFinite(Packed4Bit value, long first, float[] scales) {
        for (int i = 0; i < scales.length; i++) {
            if (!Float.isFinite(scales[i])) {
                throw new RefusedInput(
                        "base.non-finite",
                        "The scale of block %d of %s in %s is %s; expected a finite number."
                                .formatted(
                                        first + i,
                                        value.packed().name(),
                                        inputs.input(value.packed().file()).name(),
                                        scales[i]),
                        "download the base again, or quantize it again");
            }
        }
    }
}
