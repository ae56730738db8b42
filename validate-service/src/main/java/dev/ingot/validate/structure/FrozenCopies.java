package dev.ingot.validate.structure;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.HalfPrecision;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.RearrangedParameter;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The judge's own look at a training checkpoint's copies of base tensors: the first values of each. Nothing is quantized again for packed ones: in every
 * block the base's values have to be the code's, by the copy's nibbles, times one scale.
 */
public final class FrozenCopies {
    private static final int LOOKED_AT = 1 << 12;
    private static final int BLOCK = 64;
    /** Of a block's scale: half of what the nearest two values of NF4 are apart is four times as much. */
    private static final double ROUNDING = 0.01;

    private static final double ALLOWED = 0.01;

    private final AdapterFolder adapter;
    private final TrainedModel trained;
    private final ParameterNames names;

    private FrozenCopies(AdapterFolder adapter, TrainedModel trained, ParameterNames names) {
        this.adapter = adapter;
        this.trained = trained;
        this.names = names;
    }

    /**
     * Copies that differ from the base although the request wants that refused, as sentences.
     *
     * @param names of the base
     */
    public static List<String> faults(List<AdapterFolder> adapters, TrainedModel trained, ParameterNames names)
            throws IOException {
        List<String> faults = new ArrayList<>();
        for (AdapterFolder adapter : adapters) {
            FrozenCopies copies = new FrozenCopies(adapter, trained, names);
            for (AdapterKey key : adapter.mirrors() == MirrorPolicy.REFUSE ? adapter.frozen() : List.<AdapterKey>of()) {
                if (!copies.agrees(key)) {
                    faults.add("the checkpoint's %s is not the base's %s, which the request wants refused"
                            .formatted(key.raw(), key.target()));
                }
            }
        }
        return faults;
    }

    private boolean agrees(AdapterKey key) throws IOException {
        boolean shared =
                trained.ends().tied() && key.target().equals(trained.ends().outputTensor());
        String target = shared ? trained.ends().inputTensor() : key.target();
        WeightSource base = trained.base();
        Optional<Shape> shape = base.shape(target);
        Shape own = adapter.weights().shape(key.raw()).orElseThrow();
        if (shape.isEmpty() && own.elements() > 0) {
            return rearrangedAgrees(key);
        }
        if (shape.isEmpty() || own.elements() == 0 || !base.dtype(target).isMergeable()) {
            return true;
        }
        int count = (int) Math.min(LOOKED_AT, shape.get().elements());
        float[] values = new float[count];
        base.floats(target, 0, values, count);
        if (own.equals(shape.get())) {
            return equal(key.raw(), values, base.dtype(target));
        }
        byte[] packed = packed(key.raw(), own.elements(), shape.get().elements(), count);
        if (fits(values, packed)) {
            return true;
        }
        return fits(turned(base, target, shape.get(), count), packed);
    }

    /** The first values of each piece of a copy that the base has in another layout. */
    private boolean rearrangedAgrees(AdapterKey key) throws IOException {
        WeightSource base = trained.base();
        List<RearrangedParameter.Piece> pieces = RearrangedParameter.find(
                        key.module(), key.parameter(), names, base::shape)
                .map(RearrangedParameter::pieces)
                .orElse(List.of());
        for (RearrangedParameter.Piece piece : pieces) {
            float[] values = new float[(int) Math.min(LOOKED_AT, piece.elements())];
            base.floats(piece.parameter(), piece.first(), values, values.length);
            if (!equal(key.raw(), piece.own(), values, base.dtype(piece.parameter()))) {
                return false;
            }
        }
        return true;
    }

    private boolean equal(String copy, float[] values, DType dtype) throws IOException {
        return equal(copy, 0, values, dtype);
    }

    private boolean equal(String copy, long first, float[] values, DType dtype) throws IOException {
        float[] own = new float[values.length];
        adapter.weights().floats(copy, first, own, own.length);
        for (int i = 0; i < own.length; i++) {
            if (own[i] != values[i] && Rounding.to(dtype, own[i]) != values[i]) {
                return false;
            }
        }
        return true;
    }

    /** Values in the order of the transposed matrix: transformers' Conv1D is quantized that way. */
    private static float[] turned(WeightSource base, String tensor, Shape shape, int count) throws IOException {
        float[] values = new float[count];
        if (shape.rank() != 2) {
            return values;
        }
        long rows = shape.dim(0);
        float[] one = new float[1];
        for (int i = 0; i < count; i++) {
            base.floats(tensor, i % rows * shape.dim(1) + i / rows, one, 1);
            values[i] = one[0];
        }
        return values;
    }

    /** The packed bytes of the first elements, whatever dtype they were saved in. */
    private byte[] packed(String copy, long elements, long ofBase, int count) throws IOException {
        CheckpointWeights weights = adapter.weights();
        byte[] packed = new byte[Math.ceilDiv(count, 2)];
        int width = weights.dtype(copy).bits() / Byte.SIZE;
        long each = Math.ceilDiv(ofBase, 2L) / elements;
        if (each == width) {
            weights.raw(copy, 0, packed.length).get(packed);
            return packed;
        }
        if (each == 1) {
            float[] numbers = new float[packed.length];
            weights.floats(copy, 0, numbers, numbers.length);
            for (int i = 0; i < numbers.length; i++) {
                packed[i] = (byte) (int) numbers[i];
            }
            return packed;
        }
        ByteBuffer words = weights.raw(copy, 0, packed.length / 2 * Integer.BYTES);
        for (int i = 0; i < packed.length / 2; i++) {
            int bits = words.getInt();
            int word = (bits & 0xFFFF) == 0
                    ? bits >>> Short.SIZE
                    : HalfPrecision.toFloat16(Float.intBitsToFloat(bits)) & 0xFFFF;
            packed[2 * i] = (byte) word;
            packed[2 * i + 1] = (byte) (word >>> Byte.SIZE);
        }
        return packed;
    }

    private static boolean fits(float[] values, byte[] packed) {
        return off(values, packed, FourBitCode.NF4) <= ALLOWED * values.length
                || off(values, packed, FourBitCode.FP4) <= ALLOWED * values.length;
    }

    /** How many values are not their nibble's times the scale of their block. */
    private static int off(float[] values, byte[] packed, FourBitCode code) {
        int off = 0;
        for (int start = 0; start < values.length; start += BLOCK) {
            int end = Math.min(start + BLOCK, values.length);
            double scale = 0;
            double largest = 0;
            for (int i = start; i < end; i++) {
                double own = code.value(nibble(packed, i));
                if (Math.abs(own) > largest) {
                    largest = Math.abs(own);
                    scale = values[i] / own;
                }
            }
            for (int i = start; i < end; i++) {
                double apart = Math.abs(values[i] - code.value(nibble(packed, i)) * scale);
                off += apart <= ROUNDING * Math.abs(scale) && scale >= 0 ? 0 : 1;
            }
        }
        return off;
    }

    private static int nibble(byte[] packed, int element) {
        int both = packed[element / 2] & 0xFF;
        return element % 2 == 0 ? both >>> 4 : both & 0xF;
    }
}
