package dev.ingot.dequant;

import dev.ingot.arithmetic.DynamicMap;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.TensorRef;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Values of every kind over random tensors: odd counts, rows that straddle blocks, short tiles at the edges, more bytes than needed. */
final class SampleValues {
    private final TensorFile file;
    private final Map<String, Value> values = new LinkedHashMap<>();

    private SampleValues(TensorFile file) {
        this.file = file;
    }

    /** By a name that says what is special about each. */
    static Map<String, Value> of(TensorFile file) {
        SampleValues samples = new SampleValues(file);
        samples.packed();
        samples.otherFiles();
        samples.quantized();
        samples.transposed();
        return samples.values;
    }

    private void packed() {
        for (int blocksize : new int[] {32, 64, 128, 256, 512, 1024, 2048, 4096}) {
            put("nf4 in blocks of " + blocksize, packed("nf4", blocksize, false, false, DType.BF16, 97, 131));
        }
        put("fp4, low nibble first", packed("fp4", 64, true, false, DType.F16, 33, 65));
        put("nf4, nested in bfloat16", packed("nf4", 64, false, true, DType.F16, 300, 80));
        put("fp4, three dimensions", packed("fp4", 32, false, true, DType.F32, 3, 17, 31));
        put("nf4, one element", packed("nf4", 64, false, false, DType.BF16, 1, 1));
        TensorRef packed = file.codes("packed", DType.U8, 48 * 256 / 2);
        TensorRef absmax = file.scales("absmax", DType.BF16, 256 / 64, 48);
        put(
                "nf4, absmax transposed",
                new Packed4Bit(packed, "nf4", 64, false, absmax, Optional.empty(), DType.BF16, Shape.of(48, 256)));
    }

    private Packed4Bit packed(
            String quantType, int blocksize, boolean lowFirst, boolean nested, DType dtype, long... dims) {
        Shape shape = Shape.of(dims);
        long blocks = Math.ceilDiv(shape.elements(), (long) blocksize);
        TensorRef packed = file.codes("packed", DType.U8, (shape.elements() + 1) / 2 + 7, 1);
        TensorRef absmax =
                nested ? file.codes("absmax", DType.U8, blocks + 1) : file.scales("absmax", DType.F32, blocks + 1);
        Optional<NestedAbsmax> inner = nested
                ? Optional.of(new NestedAbsmax(
                        file.floats("map", DType.F32, DynamicMap.table(), 256),
                        file.scales("nested", DType.F32, Math.ceilDiv(blocks + 1, 256L)),
                        256,
                        DType.BF16,
                        0.0317f))
                : Optional.empty();
        return new Packed4Bit(packed, quantType, blocksize, lowFirst, absmax, inner, dtype, shape);
    }

    private void otherFiles() {
        put(
                "int8",
                new RowwiseInt8(file.codes("weight", DType.I8, 61, 131), file.scales("scb", DType.F32, 61), DType.F16));
        put("mxfp4", microscaled(DType.BF16, 3, 5, 4));
        put("mxfp4 as float16", microscaled(DType.F16, 2, 3, 2));
        put("fp8", fp8(DType.F32, 128, 128, 300, 259));
        put("fp8, three dimensions, small tiles", fp8(DType.BF16, 3, 5, 4, 7, 11));
    }

    private MicroscaledFp4 microscaled(DType dtype, long experts, long rows, long groups) {
        byte[] scales = new byte[(int) (experts * rows * groups)];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (byte) (i % 7 == 0 ? i % 30 : 110 + i % 20);
        }
        return new MicroscaledFp4(
                file.codes("blocks", DType.U8, experts, rows, groups, 16),
                file.add("scales", DType.U8, Shape.of(experts, rows, groups), scales),
                dtype,
                Shape.of(experts, rows, groups * 32));
    }

    private BlockScaledFp8 fp8(DType scaleType, int blockRows, int blockColumns, long... dims) {
        byte[] codes = new byte[(int) Shape.of(dims).elements()];
        file.random().nextBytes(codes);
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (codes[i] & 0x7F) == 0x7F ? 0 : codes[i];
        }
        long[] scales = dims.clone();
        scales[dims.length - 2] = Math.ceilDiv(dims[dims.length - 2], (long) blockRows);
        scales[dims.length - 1] = Math.ceilDiv(dims[dims.length - 1], (long) blockColumns);
        return new BlockScaledFp8(
                file.add("weight", DType.F8_E4M3, Shape.of(dims), codes),
                file.scales("scale", scaleType, scales),
                blockRows,
                blockColumns,
                DType.BF16);
    }

    private void quantized() {
        for (String quantType : new String[] {"nf4", "fp4"}) {
            for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.F32}) {
                Stored stored = new Stored(file.weights("weight", DType.F32, 97, 131), dtype);
                put(quantType + " while loading as " + dtype, new Quantized4Bit(stored, quantType, 64, false));
                put(quantType + " double while loading as " + dtype, new Quantized4Bit(stored, quantType, 32, true));
            }
        }
        Stored large = new Stored(file.weights("weight", DType.BF16, 700, 512), DType.BF16);
        put("nf4 double over many blocks", new Quantized4Bit(large, "nf4", 64, true));
        put("nf4 double in large blocks", new Quantized4Bit(large, "nf4", 4096, true));
        put("fp4 of extreme values", new Quantized4Bit(new Stored(extremes(), DType.F32), "fp4", 64, true));
        put("nf4 of extreme values", new Quantized4Bit(new Stored(extremes(), DType.F32), "nf4", 64, false));
        put("int8 while loading", new QuantizedInt8(new Stored(file.weights("w", DType.BF16, 83, 131), DType.BF16)));
    }

    /** Blocks of which each has another magnitude, from the smallest to the largest; in each, values over the whole range below it. */
    private TensorRef extremes() {
        float[] values = new float[64 * 270];
        for (int i = 0; i < values.length; i++) {
            int exponent =
                    Math.min(i / 64 - 142, 126) - (i % 3 == 0 ? file.random().nextInt(140) : 0);
            values[i] = Math.scalb(file.random().nextFloat() * 2 - 1, exponent);
        }
        Arrays.fill(values, 64, 128, -0f);
        return file.floats("extremes", DType.F32, values, 270, 64);
    }

    private void transposed() {
        put("plain, transposed", new Transposed(new Stored(file.weights("w", DType.F32, 130, 71), DType.BF16)));
        put("plain float32, transposed", new Transposed(new Stored(file.weights("w", DType.F32, 3, 71), DType.F32)));
        put("nf4, transposed", new Transposed(packed("nf4", 64, false, true, DType.F16, 81, 130)));
        put("mxfp4, transposed", new Transposed(microscaled(DType.BF16, 3, 70, 3)));
        put("int8, transposed", new Transposed(values.get("int8")));
        put("fp8, transposed", new Transposed(values.get("fp8, three dimensions, small tiles")));
        Value conv1d = new Transposed(new Stored(file.weights("w", DType.F32, 192, 130), DType.F16));
        put("Conv1D while loading", new Transposed(new Quantized4Bit(conv1d, "nf4", 64, true)));
        put("Conv1D while loading as int8", new Transposed(new QuantizedInt8(conv1d)));
    }

    private void put(String name, Value value) {
        values.put(name, value);
    }
}
