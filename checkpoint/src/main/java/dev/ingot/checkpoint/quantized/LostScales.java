package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds packed tensors without scales, as exports of sharded training leave them behind: a 4-bit base in which a weight is one column of raw bytes would
 * otherwise pass for a plain, odd-shaped parameter.
 */
final class LostScales {
    private static final long MIN_ROWS = 64;

    private LostScales() {}

    /** RefusedInput {@code quantization.scales-lost}. */
    static void require(Checkpoint checkpoint, List<FourBit> found) {
        JsonObject config = checkpoint.config().quantization().orElse(JsonObject.empty());
        boolean declared = config.bool("load_in_4bit")
                .or(() -> config.bool("_load_in_4bit"))
                .orElse(false);
        if (!declared && found.isEmpty()) {
            return;
        }
        Set<DType> storage =
                found.stream().map(tensor -> tensor.payload().dtype()).collect(Collectors.toSet());
        Set<String> known = found.stream().map(FourBit::name).collect(Collectors.toSet());
        for (LocatedTensor tensor : checkpoint.catalog().tensors().values()) {
            boolean sameStorage = storage.isEmpty() || storage.contains(tensor.dtype());
            if (sameStorage && !known.contains(tensor.name()) && isPackedColumn(tensor)) {
                throw Refusals.damaged(
                        "scales-lost",
                        tensor.name(),
                        "is %s of shape %s, a packed 4-bit weight without its absmax and quant_state; an export of sharded training drops them"
                                .formatted(tensor.dtype(), tensor.shape()));
            }
        }
    }

    private static boolean isPackedColumn(LocatedTensor tensor) {
        return tensor.name().endsWith(Checkpoint.WEIGHT)
                && tensor.shape().rank() == 2
                && tensor.shape().dim(1) == 1
                && tensor.shape().dim(0) >= MIN_ROWS;
    }
}
