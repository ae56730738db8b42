package dev.ingot.dequant;

import dev.ingot.arithmetic.Absmax;
import dev.ingot.arithmetic.AbsmaxQuantization;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitDequantization;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.BlockScaledFp8;
import dev.ingot.pipeline.plan.Value.MicroscaledFp4;
import dev.ingot.pipeline.plan.Value.NestedAbsmax;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.QuantizedInt8;
import dev.ingot.pipeline.plan.Value.RowwiseInt8;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.plan.Value.Transposed;
import java.util.Arrays;

/** What whole values are worth, element by element by the scalar reference. */
record ReferenceValues(TensorFile file) {
    float[] of(Value value) {
        return switch (value) {
            case Stored it -> rounded(it.dtype(), file.floats(it.tensor()));
            case Packed4Bit it -> packed(it);
            case RowwiseInt8 it -> int8(it);
            case MicroscaledFp4 it -> microscaled(it);
            case BlockScaledFp8 it -> fp8(it);
            case Quantized4Bit it -> quantized(it);
            case QuantizedInt8 it -> quantized(it);
            case Transposed it -> transposed(it);
        };
    }

    private float[] packed(Packed4Bit value) {
        byte[] packed = file.bytes(value.packed());
        if (value.lowNibbleFirst()) {
            for (int i = 0; i < packed.length; i++) {
                packed[i] = (byte) (packed[i] << 4 | packed[i] >>> 4 & 0xF);
            }
        }
        float[] values = new float[(int) value.shape().elements()];
        FourBitDequantization.values(
                FourBitCode.named(value.quantType()),
                packed,
                absmax(value),
                value.blocksize(),
                value.dtype(),
                0,
                values,
                values.length);
        return values;
    }

    private float[] absmax(Packed4Bit value) {
        if (value.nested().isPresent()) {
            NestedAbsmax nested = value.nested().get();
            float[] scales = new float[(int) value.absmax().shape().elements()];
            new Absmax(file.floats(nested.map()), nested.blocksize(), nested.dtype(), nested.offset())
                    .scales(file.bytes(value.absmax()), file.floats(nested.absmax()), 0, scales, scales.length);
            return scales;
        }
        float[] scales = file.floats(value.absmax());
        return value.absmax().dtype() == DType.BF16
                ? exchanged(scales, value.absmax().shape())
                : scales;
    }

    private float[] int8(RowwiseInt8 value) {
        byte[] codes = file.bytes(value.weight());
        float[] scales = file.floats(value.scales());
        float[] values = new float[codes.length];
        for (int i = 0; i < values.length; i++) {
            float scale = scales[(int) (i / value.shape().columns())];
            values[i] = dev.ingot.arithmetic.RowwiseInt8.value(codes[i], scale);
        }
        return rounded(value.dtype(), values);
    }

    private float[] microscaled(MicroscaledFp4 value) {
        byte[] blocks = file.bytes(value.blocks());
        byte[] scales = file.bytes(value.scales());
        float[] values = new float[(int) value.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            int nibble = dev.ingot.arithmetic.MicroscaledFp4.nibble(blocks, 0, i);
            values[i] = dev.ingot.arithmetic.MicroscaledFp4.value(nibble, Byte.toUnsignedInt(scales[i / 32]));
        }
        return rounded(value.dtype(), values);
    }

    private float[] fp8(BlockScaledFp8 value) {
        byte[] codes = file.bytes(value.weight());
        float[] scales = file.floats(value.scales());
        long columns = value.shape().columns();
        long rows = value.shape().dim(value.shape().rank() - 2);
        int scalesPerMatrix = (int) (value.scales().shape().columns()
                * value.scales().shape().dim(value.shape().rank() - 2));
        float[] values = new float[codes.length];
        for (int i = 0; i < values.length; i++) {
            long row = i / columns % rows;
            int matrix = (int) (i / columns / rows);
            int scale = (int) dev.ingot.arithmetic.BlockScaledFp8.scaleIndex(
                    row, i % columns, columns, value.blockRows(), value.blockColumns());
            values[i] = dev.ingot.arithmetic.BlockScaledFp8.value(codes[i], scales[matrix * scalesPerMatrix + scale]);
        }
        return rounded(value.dtype(), values);
    }

    private float[] quantized(Quantized4Bit value) {
        FourBitCode code = FourBitCode.named(value.quantType());
        float[] values = of(value.of());
        byte[] packed = new byte[(values.length + 1) / 2];
        float[] absmax = new float[Math.ceilDiv(values.length, value.blocksize())];
        FourBitQuantization.quantize(code, values, value.blocksize(), packed, absmax, values.length);
        if (value.doubleQuantized()) {
            float offset = AbsmaxQuantization.offset(absmax);
            byte[] codes = new byte[absmax.length];
            float[] outer = new float[Math.ceilDiv(absmax.length, AbsmaxQuantization.BLOCKSIZE)];
            AbsmaxQuantization.quantize(absmax, offset, codes, outer);
            AbsmaxQuantization.absmax(offset).scales(codes, outer, 0, absmax, absmax.length);
        }
        FourBitDequantization.values(code, packed, absmax, value.blocksize(), value.dtype(), 0, values, values.length);
        return values;
    }

    private float[] quantized(QuantizedInt8 value) {
        float[] values = of(value.of());
        int columns = (int) value.shape().columns();
        for (int start = 0; start < values.length; start += columns) {
            float absmax = dev.ingot.arithmetic.RowwiseInt8.absmax(values, start, start + columns);
            float multiplier = dev.ingot.arithmetic.RowwiseInt8.multiplier(absmax);
            for (int i = start; i < start + columns; i++) {
                byte code = dev.ingot.arithmetic.RowwiseInt8.code(values[i], multiplier);
                values[i] = dev.ingot.arithmetic.RowwiseInt8.value(code, absmax);
            }
        }
        return rounded(value.dtype(), values);
    }

    private float[] transposed(Transposed value) {
        return exchanged(of(value.of()), value.of().shape());
    }

    private static float[] exchanged(float[] values, Shape shape) {
        int columns = (int) shape.columns();
        int rows = (int) shape.dim(shape.rank() - 2);
        float[] exchanged = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int matrix = i / (rows * columns);
            int row = i / columns % rows;
            exchanged[matrix * rows * columns + i % columns * rows + row] = values[i];
        }
        return exchanged;
    }

    private static float[] rounded(DType dtype, float[] values) {
        float[] rounded = Arrays.copyOf(values, values.length);
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = Rounding.to(dtype, rounded[i]);
        }
        return rounded;
    }
}
