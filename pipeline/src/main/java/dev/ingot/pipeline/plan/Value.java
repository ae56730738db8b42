package dev.ingot.pipeline.plan;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.codec.WhenAbsent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where an output tensor's value comes from before any operation, and which dtype its source records. */
public sealed interface Value {
    /** The dtype in which tiles of it are given. */
    DType dtype();

    Shape shape();

    /** Every stretch of an input file that the value is made of, in an order that is part of what the value means. */
    List<TensorRef> parts();

    /** Whether dequant has work with it. */
    default boolean isQuantized() {
        return !(this instanceof Stored);
    }

    private static void requireFourBit(String quantType, int blocksize) {
        if (!quantType.equals("nf4") && !quantType.equals("fp4") || blocksize < 1) {
            throw new IllegalArgumentException(
                    "expected nf4 or fp4 in blocks of 1 or more elements, found %s in blocks of %d"
                            .formatted(quantType, blocksize));
        }
    }

    /** A plain tensor, rounded (nearest even) to {@code dtype} where its file holds a wider one. */
    record Stored(TensorRef tensor, DType dtype) implements Value {
        @Override
        public Shape shape() {
            return tensor.shape();
        }

        @Override
        public List<TensorRef> parts() {
            return List.of(tensor);
        }
    }

    /**
     * bitsandbytes 4 bit: element e is {@code code[nibble e] * absmax[e / blocksize]} in float32, rounded once to {@code dtype}. Read by raw
     * bytes, whatever dtype the file gives the packed tensor, which may be longer than needed, as may be {@code absmax}.
     *
     * @param quantType {@code nf4} or {@code fp4}
     * @param lowNibbleFirst true for files of pre-release builds that put the first element into the low nibble
     * @param absmax F32; U8 when {@code nested} is present; or BF16 of shape [columns / blocksize, rows], as bitsandbytes leaves it behind after
     *     inference on a CPU: then the scale of block b of row r stands at [b, r]
     * @param dtype that quant_state records
     */
    record Packed4Bit(
            TensorRef packed,
            String quantType,
            int blocksize,
            @WhenAbsent("false") boolean lowNibbleFirst,
            TensorRef absmax,
            Optional<NestedAbsmax> nested,
            DType dtype,
            Shape shape)
            implements Value {
        public Packed4Bit {
            requireFourBit(quantType, blocksize);
        }

        @Override
        public List<TensorRef> parts() {
            List<TensorRef> parts = new ArrayList<>(List.of(packed, absmax));
            nested.ifPresent(each -> parts.addAll(List.of(each.map(), each.absmax())));
            return List.copyOf(parts);
        }
    }

    /**
     * Double quantization: {@code absmax[i] = round(round(map[u8[i]] * absmax2[i / blocksize]) + offset)}, both roundings in
     * {@code dtype} (float32 as a rule), never fused.
     */
    record NestedAbsmax(TensorRef map, TensorRef absmax, int blocksize, DType dtype, float offset) {
        public NestedAbsmax {
            if (blocksize < 1) {
                throw new IllegalArgumentException("expected blocks of 1 or more scales, found " + blocksize);
            }
        }
    }

    /**
     * LLM.int8: {@code (weight * scale[row]) * float(1/127)} in float32, in this order, rounded once to {@code dtype}.
     *
     * @param weight I8, [rows, columns]
     * @param scales F32, [rows]: absmax of each row
     */
    record RowwiseInt8(TensorRef weight, TensorRef scales, DType dtype) implements Value {
        @Override
        public Shape shape() {
            return weight.shape();
        }

        @Override
        public List<TensorRef> parts() {
            return List.of(weight, scales);
        }
    }

    /**
     * MXFP4: two E2M1 values a byte, the first in the low nibble, times {@code 2^(scale - 127)} of their group of 32.
     *
     * @param blocks U8, [..., groups, 16]
     * @param scales U8 (E8M0), [..., groups]
     * @param shape [..., groups * 32]
     */
    record MicroscaledFp4(TensorRef blocks, TensorRef scales, DType dtype, Shape shape) implements Value {
        @Override
        public List<TensorRef> parts() {
            return List.of(blocks, scales);
        }
    }

    /**
     * FP8 with a scale per tile: {@code weight * scale[row / blockRows, column / blockColumns]} in float32, rounded once to {@code dtype}.
     *
     * @param weight F8_E4M3, [..., rows, columns]
     * @param scales F32 or BF16, [..., ceil(rows / blockRows), ceil(columns / blockColumns)]; what DeepSeek calls {@code weight_scale_inv}
     */
    record BlockScaledFp8(TensorRef weight, TensorRef scales, int blockRows, int blockColumns, DType dtype)
            implements Value {
        public BlockScaledFp8 {
            if (blockRows < 1 || blockColumns < 1) {
                throw new IllegalArgumentException(
                        "expected tiles of 1 x 1 or more, found %d x %d".formatted(blockRows, blockColumns));
            }
        }

        @Override
        public Shape shape() {
            return weight.shape();
        }

        @Override
        public List<TensorRef> parts() {
            return List.of(weight, scales);
        }
    }

    /** A value made of another, with its dtype and parts and, unless it says otherwise, its shape. */
    sealed interface Remade extends Value {
        Value of();

        @Override
        default DType dtype() {
            return of().dtype();
        }

        @Override
        default Shape shape() {
            return of().shape();
        }

        @Override
        default List<TensorRef> parts() {
            return of().parts();
        }
    }

    /**
     * What a 4-bit base that was quantized while loading and never saved is worth: {@code of} is rounded to its dtype (the load dtype), quantized
     * by CUDA's rules, and dequantized. Blocks run over the flattened {@code of}.
     *
     * @param of a {@link Stored} value, or a {@link Transposed} one for transformers' Conv1D
     * @param doubleQuantized whether the scales were quantized too: blocks of 256 around their mean
     */
    record Quantized4Bit(Value of, String quantType, int blocksize, boolean doubleQuantized) implements Remade {
        public Quantized4Bit {
            requireFourBit(quantType, blocksize);
        }
    }

    /** The same for LLM.int8: each row of {@code of} is cast to float16, quantized to 8 bit by its absmax, and dequantized. */
    record QuantizedInt8(Value of) implements Remade {}

    /** {@code of} with its last two dimensions exchanged: Conv1D layers of a quantized base, and gpt-oss's experts. */
    record Transposed(Value of) implements Remade {
        @Override
        public Shape shape() {
            return of.shape().transposed();
        }
    }
}
