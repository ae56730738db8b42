package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.MicroscaledFp4;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds MXFP4 as gpt-oss ships it: {@code X_blocks} of bytes beside {@code X_scales} is the parameter {@code X}, transposed. */
final class MicroscaledReader {
    private static final String BLOCKS = "_blocks";
    private static final String SCALES = "_scales";
    private static final int BYTES_PER_GROUP = 16;
    private static final int RANK = 4;

    private final Checkpoint checkpoint;

    MicroscaledReader(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    List<QuantizedParameter> read() {
        requireBlocks();
        List<QuantizedParameter> found = new ArrayList<>();
        for (String name : checkpoint.namesBefore(BLOCKS)) {
            LocatedTensor blocks = checkpoint.companion(name, name + BLOCKS);
            boolean inGroups = blocks.shape().rank() == RANK && blocks.shape().columns() == BYTES_PER_GROUP;
            boolean scaled = checkpoint.find(name + SCALES).isPresent();
            if (blocks.dtype() == DType.U8 && (scaled || inGroups)) {
                found.add(resolve(name, blocks));
            }
        }
        return found;
    }

    /** RefusedInput {@code quantization.companion}: scales whose blocks are gone would otherwise pass for a plain tensor. */
    private void requireBlocks() {
        for (String name : checkpoint.namesBefore(SCALES)) {
            if (checkpoint.companion(name, name + SCALES).dtype() == DType.U8) {
                checkpoint.companion(name, name + BLOCKS);
            }
        }
    }

    private MicroscaledFp4 resolve(String name, LocatedTensor blocks) {
        LocatedTensor scales = checkpoint.companion(name, name + SCALES);
        List<Long> dims = blocks.shape().dims();
        if (dims.size() != RANK
                || dims.getLast() != BYTES_PER_GROUP
                || blocks.shape().elements() == 0) {
            throw Refusals.damaged(
                    "payload",
                    blocks.name(),
                    "has shape %s; expected [experts, rows, groups, 16]".formatted(blocks.shape()));
        }
        if (scales.dtype() != DType.U8 || !scales.shape().dims().equals(dims.subList(0, RANK - 1))) {
            throw Refusals.damaged(
                    "scales",
                    blocks.name(),
                    "of shape %s needs U8 scales of shape %s, but %s is %s of shape %s"
                            .formatted(
                                    blocks.shape(),
                                    new Shape(dims.subList(0, RANK - 1)),
                                    scales.name(),
                                    scales.dtype(),
                                    scales.shape()));
        }
        Shape stored = Shape.of(dims.get(0), dims.get(1), dims.get(2) * 2 * BYTES_PER_GROUP);
        Set<Remark> remarks = checkpoint.modelDType().isPresent() ? Set.of() : Set.of(Remark.DTYPE_ASSUMED);
        return new MicroscaledFp4(
                name, blocks, scales, stored, checkpoint.modelDType().orElse(DType.BF16), remarks);
    }
}
