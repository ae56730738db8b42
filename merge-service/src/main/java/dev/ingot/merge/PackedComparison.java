package dev.ingot.merge;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.PackedCopy;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.plan.Value.Transposed;
import dev.ingot.pipeline.tile.PlainTiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Compares a packed copy with the packed bytes of a 4-bit base, or with what quantizing the base again gives. Elements are those of the packed
 * weight, flattened; the blocks that begin inside a stretch are compared with it. Safe for several threads.
 */
final class PackedComparison {
    /** Above this share, other weights; below, the same ones through another dtype, or another revision of them. */
    private static final double UNRELATED = 0.5;

    private static final double OTHER_DTYPE = 0.015;
    private static final double FP4_ON_A_GPU = 0.003;
    private static final double NF4_ON_A_GPU = 1e-5;

    private final TensorRef copy;
    private final Value base;
    private final PlainTiles files;
    private final List<PackedCopy> readings;

    PackedComparison(TensorRef copy, Value base, PlainTiles files) {
        this.copy = copy;
        this.base = base instanceof Transposed(Value of) ? of : base;
        this.files = files;
        this.readings = PackedCopy.of(
                copy.dtype(), copy.shape().elements(), Math.ceilDiv(base.shape().elements(), 2L));
    }

    List<PackedCopy> readings() {
        return readings;
    }

    CopySums compare(long first, int count) throws IOException {
        long elements = base.shape().elements();
        int blocksize = blocksize();
        long from = Math.min(elements, Math.ceilDiv(first, (long) blocksize) * blocksize);
        long to = Math.min(elements, Math.ceilDiv(first + count, (long) blocksize) * blocksize);
        long[] differing = new long[readings.size()];
        if (from >= to) {
            return new CopySums(0, differing, 0, 0, 0);
        }
        byte[] packed = packed(from, Math.toIntExact(to - from));
        for (int i = 0; i < differing.length; i++) {
            differing[i] = differing(readings.get(i), from / 2, packed);
        }
        return new CopySums(2L * packed.length, differing, 0, 0, 0);
    }

    private long differing(PackedCopy reading, long at, byte[] packed) throws IOException {
        int width = reading.elementBits(copy.dtype()) / Byte.SIZE;
        int count = packed.length / reading.bytes();
        ByteBuffer stored = bytes(copy, at / reading.bytes() * width, count * width);
        ByteBuffer expected = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        long differing = 0;
        for (int i = 0; i < count; i++) {
            differing += reading.differing(
                    copy.dtype(), word(stored, i * width, width), word(expected, i * reading.bytes(), reading.bytes()));
        }
        return differing;
    }

    private static int word(ByteBuffer bytes, int at, int width) {
        return switch (width) {
            case 1 -> bytes.get(at) & 0xFF;
            case 2 -> bytes.getShort(at) & 0xFFFF;
            default -> bytes.getInt(at);
        };
    }

    /** Some bytes of a tensor, as they lie in its file. */
    private ByteBuffer bytes(TensorRef tensor, long first, int count) throws IOException {
        TensorRef raw = new TensorRef(
                tensor.file(), tensor.name(), DType.U8, Shape.of(tensor.length()), tensor.offset(), tensor.length());
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        files.bytes(new Stored(raw, DType.U8), first, bytes);
        return bytes.flip();
    }

    private int blocksize() {
        return switch (base) {
            case Quantized4Bit quantized -> quantized.blocksize();
            default -> 64;
        };
    }

    /** The bytes that the base has for whole blocks. */
    private byte[] packed(long first, int count) throws IOException {
        byte[] packed = new byte[Math.ceilDiv(count, 2)];
        switch (base) {
            case Packed4Bit stored ->
                bytes(stored.packed(), first / 2, packed.length).get(packed);
            case Quantized4Bit quantized -> {
                float[] values = values(quantized.of(), first, count);
                float[] absmax = new float[Math.ceilDiv(count, quantized.blocksize())];
                FourBitQuantization.quantize(
                        FourBitCode.named(quantized.quantType()), values, quantized.blocksize(), packed, absmax, count);
            }
            default -> throw new IllegalArgumentException(copy.name() + " is compared with " + base);
        }
        return packed;
    }

    private float[] values(Value value, long first, int count) throws IOException {
        float[] values = new float[count];
        switch (value) {
            case Stored stored -> files.floats(stored, first, values, count);
            case Transposed(Stored stored) -> transposed(stored, first, values);
            default -> throw new IllegalArgumentException(copy.name() + " is compared with " + value);
        }
        return values;
    }

    /** Elements of the transposed matrix from {@code first} on: a few columns of every row that is stored. */
    private void transposed(Stored stored, long first, float[] into) throws IOException {
        long rows = stored.shape().dim(0);
        long columns = stored.shape().dim(1);
        long from = first / rows;
        int width = Math.toIntExact((first + into.length - 1) / rows - from + 1);
        float[] some = new float[width];
        for (long row = 0; row < rows; row++) {
            files.floats(stored, row * columns + from, some, width);
            for (int i = 0; i < width; i++) {
                long at = (from + i) * rows + row - first;
                if (at >= 0 && at < into.length) {
                    into[(int) at] = some[i];
                }
            }
        }
    }

    /** The reading by which the fewest nibbles differ; an intact one where several do alike. */
    PackedCopy best(long[] differing) {
        int best = 0;
        for (int i = 1; i < differing.length; i++) {
            best = differing[i] < differing[best] ? i : best;
        }
        return readings.get(best);
    }

    /** {@code nf4-double}; of a base that is packed in its file, {@code nf4}. */
    String scheme() {
        return switch (base) {
            case Quantized4Bit quantized -> quantized.quantType() + (quantized.doubleQuantized() ? "-double" : "");
            case Packed4Bit stored -> stored.quantType();
            default -> "";
        };
    }

    /** What a share of differing nibbles says; empty where it is what a GPU's approximated reciprocal explains, or none. */
    String reading(double share) {
        if (share <= tolerance()) {
            return "";
        }
        if (share <= OTHER_DTYPE) {
            return "as of the same weights loaded in another dtype";
        }
        return share <= UNRELATED ? "as of another revision of the base" : "as of unrelated weights";
    }

    private double tolerance() {
        return switch (base) {
            case Quantized4Bit quantized when quantized.quantType().equals("fp4") -> FP4_ON_A_GPU;
            case Quantized4Bit quantized when quantized.dtype() != DType.BF16 -> NF4_ON_A_GPU;
            default -> 0;
        };
    }
}
