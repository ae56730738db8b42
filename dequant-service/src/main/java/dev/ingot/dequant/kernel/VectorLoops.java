package dev.ingot.dequant.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import dev.ingot.pipeline.vector.VectorMachine;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorFourBitKernel}, in a class of their own because only this one needs the module jdk.incubator.vector. Species are
 * constants of the class and vectors never leave a method: otherwise C2 puts every vector on the heap.
 *
 * <pre>
 * block k   table   r0 r1 … r15       16 rounded outputs (with 512 bits: twice, since a look-up wraps at the number of lanes)
 *           bytes   b0 b1 … b7        as many as there are 32-bit lanes
 *           lanes   b0>>>4 | b0<<16   two look-ups per lane, each takes its lowest bits
 *           into    r[hi b0] r[lo b0] r[hi b1] …
 * </pre>
 */
final class VectorLoops {
    private static final int BITS = VectorMachine.bits();
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(BITS / 4));
    private static final VectorSpecies<Short> HALF_SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));
    private static final int UPPER = 0xFFFF_0000;

    /** Elements that one look-up gives, and entries of a block's table. */
    static final int LANES = BITS / Short.SIZE;

    private VectorLoops() {}

    /**
     * Products of a table's codes with the scales {@code absmax[block, block + blocks)}.
     *
     * @param codes LANES values
     * @param into LANES per block
     */
    static void products(float[] codes, float[] absmax, int block, float[] into, int blocks) {
        FloatVector lower = FloatVector.fromArray(FLOATS, codes, 0);
        FloatVector upper = FloatVector.fromArray(FLOATS, codes, LANES / 2);
        for (int k = 0; k < blocks; k++) {
            float scale = absmax[block + k];
            lower.mul(scale).intoArray(into, LANES * k);
            upper.mul(scale).intoArray(into, LANES * k + LANES / 2);
        }
    }

    /**
     * Tables of float16 outputs, if all of them but 0 are normal numbers: the products, rounded to nearest, ties to even. A normal float16 is the upper
     * part of the float with another exponent bias; magnitudes are rounded so, and what is added to change the bias puts the code's sign in front.
     *
     * @param codes LANES values
     * @return whether they hold; not where a product is too large or too small, or where a scale is zero, negative or not a number
     */
    static boolean float16Tables(TableCodes codes, float[] absmax, int block, short[] tables, int blocks) {
        FloatVector even = FloatVector.fromArray(FLOATS, codes.magnitudes(), 0);
        FloatVector odd = FloatVector.fromArray(FLOATS, codes.magnitudes(), LANES / 2);
        IntVector toEven = IntVector.fromArray(INTS, codes.rebias(), 0);
        IntVector toOdd = IntVector.fromArray(INTS, codes.rebias(), LANES / 2);
        int smallest = Integer.MAX_VALUE;
        int largest = 0;
        for (int k = 0; k < blocks; k++) {
            float scale = absmax[block + k];
            smallest = Math.min(smallest, Float.floatToRawIntBits(scale));
            largest = Math.max(largest, Float.floatToRawIntBits(scale));
            IntVector e = even.mul(scale).reinterpretAsInts();
            IntVector o = odd.mul(scale).reinterpretAsInts();
            e = e.add(e.lanewise(LSHR, 13).and(1)).add(toEven).lanewise(LSHR, 13);
            o = o.add(o.lanewise(LSHR, 13).and(1)).add(toOdd).lanewise(LSHL, 3).and(UPPER);
            e.or(o).reinterpretAsShorts().intoArray(tables, LANES * k);
        }
        return codes.normal(smallest, largest);
    }

    /**
     * Tables of bfloat16 outputs: the products, rounded to nearest, ties to even.
     *
     * @param codes the LANES / 2 values with an even index, then those with an odd one
     */
    static void bfloat16Tables(float[] codes, float[] absmax, int block, short[] tables, int blocks) {
        FloatVector even = FloatVector.fromArray(FLOATS, codes, 0);
        FloatVector odd = FloatVector.fromArray(FLOATS, codes, LANES / 2);
        for (int k = 0; k < blocks; k++) {
            float scale = absmax[block + k];
            IntVector e = even.mul(scale).reinterpretAsInts();
            IntVector o = odd.mul(scale).reinterpretAsInts();
            e = e.add(e.lanewise(LSHR, 16).and(1)).add(0x7FFF).lanewise(LSHR, 16);
            o = o.add(o.lanewise(LSHR, 16).and(1)).add(0x7FFF).and(UPPER);
            e.or(o).reinterpretAsShorts().intoArray(tables, LANES * k);
        }
    }

    /**
     * Looks up both nibbles of every byte, the high one first. One loop for all blocks: of two, one in the other, C2 makes code of half the speed
     * every other time.
     *
     * @param from the first block's first byte
     * @param blockShift binary logarithm of the bytes of a block
     * @param into of native memory, always: where both kinds occur C2 knows neither and puts a fence behind every store
     * @param at byte of {@code into} where the first block goes
     * @param bytes of whole blocks
     */
    static void unpack(
            byte[] packed, int from, short[] tables, int blockShift, MemorySegment into, long at, int bytes) {
        for (int i = 0; i < bytes; i += LANES / 2) {
            ShortVector table = ShortVector.fromArray(SHORTS, tables, (i >>> blockShift) * LANES);
            IntVector pairs =
                    (IntVector) ByteVector.fromArray(BYTES, packed, from + i).convertShape(ZERO_EXTEND_B2I, INTS, 0);
            pairs.lanewise(LSHR, 4)
                    .or(pairs.lanewise(LSHL, 16))
                    .reinterpretAsShorts()
                    .selectFrom(table)
                    .intoMemorySegment(into, at + 4L * i, ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** The same into an array, from element {@code at} on. */
    static void unpack(byte[] packed, int from, short[] tables, int blockShift, short[] into, int at, int bytes) {
        for (int i = 0; i < bytes; i += LANES / 2) {
            ShortVector table = ShortVector.fromArray(SHORTS, tables, (i >>> blockShift) * LANES);
            IntVector pairs =
                    (IntVector) ByteVector.fromArray(BYTES, packed, from + i).convertShape(ZERO_EXTEND_B2I, INTS, 0);
            pairs.lanewise(LSHR, 4)
                    .or(pairs.lanewise(LSHL, 16))
                    .reinterpretAsShorts()
                    .selectFrom(table)
                    .intoArray(into, at + 2 * i);
        }
    }

    /** Widens bfloat16 patterns to floats; a multiple of LANES / 2 of them, which may be more than are wanted. */
    static void widen(short[] halves, float[] into, int count) {
        for (int j = 0; j < count; j += LANES / 2) {
            IntVector bits =
                    (IntVector) ShortVector.fromArray(HALF_SHORTS, halves, j).convertShape(ZERO_EXTEND_S2I, INTS, 0);
            bits.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(into, j);
        }
    }
}
