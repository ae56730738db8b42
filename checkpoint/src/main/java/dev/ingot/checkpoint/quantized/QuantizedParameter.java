package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.model.LocatedTensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A parameter that a checkpoint holds quantized, with its companions, which may lie in other files. Sizes and types fit one another. */
public sealed interface QuantizedParameter {
    /** Of the parameter, as the model knows it. */
    String name();

    /** The tensor that holds the elements; its own name need not be the parameter's. */
    LocatedTensor payload();

    /** Every other tensor that belongs to it, also those that nothing is computed from. */
    List<LocatedTensor> companions();

    /** Shape of the dequantized value in the order in which the payload holds it. */
    default Shape stored() {
        return payload().shape();
    }

    /** dtype of the dequantized value: what the quantizer's own tools give. */
    DType dtype();

    /** Whether the model wants the last two dimensions of the dequantized value exchanged. */
    boolean transposed();

    /** What a person should know of how it was read. */
    Set<Remark> remarks();

    /** Shape of the parameter, as the model knows it. */
    default Shape shape() {
        return transposed() ? stored().transposed() : stored();
    }

    /**
     * bitsandbytes NF4 or FP4.
     *
     * @param payload raw bytes, two elements each, whatever dtype the file gives them
     * @param absmax F32, one-dimensional; U8 with {@code nested}; or BF16 [columns / blocksize, rows] with {@link Remark#SCALES_TRANSPOSED}
     * @param nested the scales' own scales and code map; present exactly when {@code state} has a nested part
     * @param lowNibbleFirst whether the first of two elements is in the low nibble
     * @param transposed for transformers' Conv1D, which is turned before it is quantized
     */
    record FourBit(
            String name,
            QuantState state,
            Shape stored,
            LocatedTensor payload,
            LocatedTensor absmax,
            Optional<NestedScales> nested,
            boolean lowNibbleFirst,
            boolean transposed,
            List<LocatedTensor> companions,
            Set<Remark> remarks)
            implements QuantizedParameter {
        public FourBit {
            companions = List.copyOf(companions);
            remarks = Set.copyOf(remarks);
        }

        @Override
        public DType dtype() {
            return state.dtype();
        }
    }

    /**
     * Scales of scales.
     *
     * @param absmax F32
     * @param map F32 [256]: what the codes stand for
     */
    record NestedScales(LocatedTensor absmax, LocatedTensor map) {}

    /**
     * LLM.int8.
     *
     * @param payload I8 [rows, columns]
     * @param scales F32 [rows]: {@code SCB}
     * @param dtype of the model, which transformers casts the float32 product to
     */
    record RowwiseInt8(
            String name,
            LocatedTensor payload,
            LocatedTensor scales,
            DType dtype,
            boolean transposed,
            List<LocatedTensor> companions,
            Set<Remark> remarks)
            implements QuantizedParameter {
        public RowwiseInt8 {
            companions = List.copyOf(companions);
            remarks = Set.copyOf(remarks);
        }
    }

    /**
     * MXFP4, as gpt-oss has its experts. The model wants them transposed.
     *
     * @param payload U8 [experts, rows, groups, 16]
     * @param scales U8 (E8M0) [experts, rows, groups]
     */
    record MicroscaledFp4(
            String name, LocatedTensor payload, LocatedTensor scales, Shape stored, DType dtype, Set<Remark> remarks)
            implements QuantizedParameter {
        public MicroscaledFp4 {
            remarks = Set.copyOf(remarks);
        }

        @Override
        public List<LocatedTensor> companions() {
            return List.of(scales);
        }

        @Override
        public boolean transposed() {
            return true;
        }
    }

    /**
     * FP8 with a scale per tile of {@code blockRows x blockColumns}.
     *
     * @param payload F8_E4M3 [..., rows, columns]
     * @param scales F32 or BF16 [..., ceil(rows / blockRows), ceil(columns / blockColumns)]: {@code weight_scale_inv}
     */
    record BlockScaledFp8(
            String name,
            LocatedTensor payload,
            LocatedTensor scales,
            int blockRows,
            int blockColumns,
            DType dtype,
            List<LocatedTensor> companions,
            Set<Remark> remarks)
            implements QuantizedParameter {
        public BlockScaledFp8 {
            companions = List.copyOf(companions);
            remarks = Set.copyOf(remarks);
        }

        @Override
        public boolean transposed() {
            return false;
        }
    }
}
