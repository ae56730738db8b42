package dev.ingot.dequant;

import dev.ingot.arithmetic.Absmax;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.NestedAbsmax;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Scales of quantized values, decoded a window of blocks at a time; the windows used last are kept, so that neighbouring tiles share one and
 * memory does not grow with the tensor. Safe for several threads.
 */
final class AbsmaxWindows {
    static final int BLOCKS = 1 << 16;
    private static final int KEPT = 8;

    /** What lies half a unit above the largest number of a dtype, and is rounded to infinity; float32 holds every finite scale. */
    private static final Map<DType, Float> FIRST_OVERFLOW = Map.of(DType.F16, 65_520f, DType.BF16, 0x1.FFp127f);

    private final SourceBytes source;
    private final Map<Key, float[]> kept = new LinkedHashMap<>(16, 0.75f, true);

    /** Scales of which one at least overflows the dtype of its value. */
    private final Set<TensorRef> overflowing = ConcurrentHashMap.newKeySet();

    AbsmaxWindows(SourceBytes source) {
        this.source = source;
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

    /** Whether no window so far had a scale that its value's dtype cannot hold: no element is larger than its block's scale, as no code exceeds 1. */
    boolean isKnownFinite(Packed4Bit value) {
        return !overflowing.contains(value.absmax());
    }

    private float[] decode(Packed4Bit value, long window) throws IOException {
        long first = window * BLOCKS;
        long blocks = Math.ceilDiv(value.shape().elements(), (long) value.blocksize());
        int count = (int) Math.min(BLOCKS, blocks - first);
        float[] scales = scales(value, first, count);
        requireFinite(value, first, scales);
        return scales;
    }

    private float[] scales(Packed4Bit value, long first, int count) throws IOException {
        if (value.nested().isPresent()) {
            return nested(value.absmax(), value.nested().get(), first, count);
        }
        return value.absmax().dtype() == DType.BF16
                ? transposed(value, first, count)
                : source.floats(value.absmax(), first, count);
    }

    private float[] nested(TensorRef codes, NestedAbsmax nested, long first, int count) throws IOException {
        long firstOuter = first / nested.blocksize();
        int outers = (int) ((first + count - 1) / nested.blocksize() - firstOuter + 1);
        float[] outer = source.floats(nested.absmax(), firstOuter, outers);
        float[] map = source.floats(nested.map(), 0, (int) nested.map().shape().elements());
        byte[] bytes = new byte[count];
        source.read(codes, first, bytes, count);
        float[] scales = new float[count];
        new Absmax(map, nested.blocksize(), nested.dtype(), nested.offset()).scales(bytes, outer, first, scales, count);
        return scales;
    }

    /** From [blocks of a row, rows]: of each such line, the stretch of the rows that are in the window. */
    private float[] transposed(Packed4Bit value, long first, int count) throws IOException {
        long perRow = value.shape().columns() / value.blocksize();
        long rows = value.shape().elements() / value.shape().columns();
        long firstRow = first / perRow;
        int rowsHere = (int) ((first + count - 1) / perRow - firstRow + 1);
        float[] scales = new float[count];
        for (long block = 0; block < perRow; block++) {
            float[] line = source.floats(value.absmax(), block * rows + firstRow, rowsHere);
            for (int row = 0; row < rowsHere; row++) {
                long at = (firstRow + row) * perRow + block - first;
                if (at >= 0 && at < count) {
                    scales[(int) at] = line[row];
                }
            }
        }
        return scales;
    }

    private void requireFinite(Packed4Bit value, long first, float[] scales) {
        float overflow = FIRST_OVERFLOW.getOrDefault(value.dtype(), Float.POSITIVE_INFINITY);
        for (int i = 0; i < scales.length; i++) {
            if (!Float.isFinite(scales[i])) {
                throw source.nonFinite("The scale of block " + (first + i), value.packed(), scales[i]);
            }
            if (Math.abs(scales[i]) >= overflow) {
                overflowing.add(value.absmax());
            }
        }
    }
}
