package dev.ingot.pipeline.tile;

import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;

/**
 * Rounds panels of float32 values to one dtype, nearest and ties to even, as {@link dev.ingot.arithmetic.Rounding}. NaN is the exception: what
 * becomes of it is not defined, because such a result is refused. Holds one panel; used by one thread at a time. Little-endian machines only, as
 * every JVM that Ingot supports runs on.
 */
public abstract sealed class PanelRounding {
    /** Elements of a panel: small enough for the first-level cache, large enough for vector loops. */
    public static final int PANEL = 512;

    /** For F32, F16 or BF16. */
    public static PanelRounding to(DType dtype) {
        return switch (dtype) {
            case F32 -> new ToFloat32();
            case F16 -> new ToFloat16();
            case BF16 -> new ToBFloat16();
            default -> throw new IllegalArgumentException("nothing is rounded to " + dtype);
        };
    }

    /** Rounds {@code width} values, at most a panel, into {@code rounded} and into {@link #bits()}. */
    public abstract void round(float[] values, float[] rounded, int width);

    /** Rounds {@code width} values, at most a panel, into elements {@code [at, at + width)} alone; what {@link #bits()} holds then is not defined. */
    public abstract void round(float[] values, float[] into, int at, int width);

    /** Rounds them into {@link #bits()} alone. */
    public abstract void round(float[] values, int width);

    /** Little-endian bit patterns of the panel rounded last, from byte 0 on. */
    public abstract MemorySegment bits();

    private static final class ToFloat32 extends PanelRounding {
        private final float[] bits = new float[PANEL];
        private final MemorySegment segment = MemorySegment.ofArray(bits);

        @Override
        public void round(float[] values, float[] rounded, int width) {
            System.arraycopy(values, 0, rounded, 0, width);
            round(values, width);
        }

        @Override
        public void round(float[] values, float[] into, int at, int width) {
            System.arraycopy(values, 0, into, at, width);
        }

        @Override
        public void round(float[] values, int width) {
            System.arraycopy(values, 0, bits, 0, width);
        }

        @Override
        public MemorySegment bits() {
            return segment;
        }
    }

    private static final class ToFloat16 extends PanelRounding {
        private final short[] bits = new short[PANEL];
        private final float[] widened = new float[PANEL];
        private final MemorySegment segment = MemorySegment.ofArray(bits);

        @Override
        public void round(float[] values, float[] rounded, int width) {
            round(values, width);
            widen(bits, rounded, width);
        }

        @Override
        public void round(float[] values, float[] into, int at, int width) {
            round(values, widened, width);
            System.arraycopy(widened, 0, into, at, width);
        }

        @Override
        public void round(float[] values, int width) {
            narrow(values, bits, width);
        }

        private static void narrow(float[] values, short[] bits, int width) {
            for (int j = 0; j < width; j++) {
                bits[j] = Float.floatToFloat16(values[j]);
            }
        }

        private static void widen(short[] bits, float[] values, int width) {
            for (int j = 0; j < width; j++) {
                values[j] = Float.float16ToFloat(bits[j]);
            }
        }

        @Override
        public MemorySegment bits() {
            return segment;
        }
    }

    /** Two values to a long, because C2 vectorizes long arithmetic and long to int, but no narrowing to 16 bit. */
    private static final class ToBFloat16 extends PanelRounding {
        private final long[] pairs = new long[PANEL / 2];
        private final int[] bits = new int[PANEL / 2];
        private final MemorySegment pairSegment = MemorySegment.ofArray(pairs);
        private final MemorySegment segment = MemorySegment.ofArray(bits);

        @Override
        public void round(float[] values, float[] rounded, int width) {
            int count = take(values, width);
            roundPairs(pairs, count);
            pack(pairs, bits, count);
            MemorySegment.copy(pairSegment, 0, MemorySegment.ofArray(rounded), 0, (long) width * Float.BYTES);
        }

        @Override
        public void round(float[] values, float[] into, int at, int width) {
            roundPairs(pairs, take(values, width));
            MemorySegment.copy(
                    pairSegment, 0, MemorySegment.ofArray(into), (long) at * Float.BYTES, (long) width * Float.BYTES);
        }

        @Override
        public void round(float[] values, int width) {
            packRounded(pairs, bits, take(values, width));
        }

        /** How many pairs there are now. */
        private int take(float[] values, int width) {
            MemorySegment.copy(MemorySegment.ofArray(values), 0, pairSegment, 0, (long) width * Float.BYTES);
            return (width + 1) / 2;
        }

        /** Finite values and infinities never carry from one half of a pair into the other. */
        private static void roundPairs(long[] pairs, int count) {
            for (int j = 0; j < count; j++) {
                long pair = pairs[j];
                long lastKept = pair >>> 16 & 0x0000_0001_0000_0001L;
                pairs[j] = pair + 0x0000_7FFF_0000_7FFFL + lastKept & 0xFFFF_0000_FFFF_0000L;
            }
        }

        private static void pack(long[] pairs, int[] bits, int count) {
            for (int j = 0; j < count; j++) {
                long pair = pairs[j];
                bits[j] = (int) (pair >>> 16 & 0xFFFFL | pair >>> 32 & 0xFFFF_0000L);
            }
        }

        /** Both at once, where the rounded values are not wanted. */
        private static void packRounded(long[] pairs, int[] bits, int count) {
            for (int j = 0; j < count; j++) {
                long pair = pairs[j];
                long rounded = pair + 0x0000_7FFF_0000_7FFFL + (pair >>> 16 & 0x0000_0001_0000_0001L);
                bits[j] = (int) (rounded >>> 16 & 0xFFFFL | rounded >>> 32 & 0xFFFF_0000L);
            }
        }

        @Override
        public MemorySegment bits() {
            return segment;
        }
    }
}
