package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.BlockScaledFp8;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds FP8 as DeepSeek ships it: {@code X_scale_inv} beside {@code X} in E4M3, one scale per tile of the size that config.json gives. */
final class BlockScaledReader {
    private static final String SCALES = "_scale_inv";
    private static final List<Long> DEFAULT_TILE = List.of(128L, 128L);
    private static final long MAX_TILE = 1 << 20;
    private static final Set<DType> SCALE_TYPES = Set.of(DType.F32, DType.BF16);

    private final Checkpoint checkpoint;

    BlockScaledReader(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    List<QuantizedParameter> read() {
        List<QuantizedParameter> found = new ArrayList<>();
        for (String name : checkpoint.namesBefore(SCALES)) {
            found.add(resolve(name));
        }
        return found;
    }

    private BlockScaledFp8 resolve(String name) {
        LocatedTensor scales = checkpoint.companion(name, name + SCALES);
        LocatedTensor weight = checkpoint.companion(name, name);
        if (weight.dtype() == DType.I8 || weight.dtype() == DType.U8) {
            throw Refusals.unsupported(
                    name, "has tile scales beside %s: packed FP4, which is not read".formatted(weight.dtype()));
        }
        if (weight.dtype() != DType.F8_E4M3
                || weight.shape().rank() < 2
                || weight.shape().elements() == 0) {
            throw Refusals.damaged(
                    "payload",
                    name,
                    "is %s of shape %s; expected F8_E4M3 of two or more dimensions beside %s"
                            .formatted(weight.dtype(), weight.shape(), scales.name()));
        }
        List<Long> tile = tile(name, scales);
        requireScales(weight, scales, tile);
        Set<Remark> remarks = checkpoint.modelDType().isPresent() ? Set.of() : Set.of(Remark.DTYPE_ASSUMED);
        return new BlockScaledFp8(
                name,
                weight,
                scales,
                tile.getFirst().intValue(),
                tile.getLast().intValue(),
                checkpoint.modelDType().orElse(DType.BF16),
                companions(name, scales),
                remarks);
    }

    /** Scales of activations say nothing about the weight, but belong to it. */
    private List<LocatedTensor> companions(String name, LocatedTensor scales) {
        List<LocatedTensor> companions = new ArrayList<>(List.of(scales));
        String module = name.endsWith(Checkpoint.WEIGHT)
                ? name.substring(0, name.length() - Checkpoint.WEIGHT.length()) + "."
                : name + "_";
        for (String suffix : List.of("activation_scale", "input_scale")) {
            checkpoint.find(module + suffix).ifPresent(companions::add);
        }
        return companions;
    }

    /** Rows and columns of a tile; transformers' default where config.json does not say. */
    private List<Long> tile(String name, LocatedTensor scales) {
        Optional<JsonValue> said =
                checkpoint.config().quantization().orElse(JsonObject.empty()).get("weight_block_size");
        boolean perTensor = said.filter(JsonNull.class::isInstance).isPresent();
        if (perTensor || scales.shape().elements() == 1 && scales.shape().rank() < 2) {
            throw Refusals.unsupported(name, "is FP8 with one scale for the whole tensor; expected one per tile");
        }
        if (said.isEmpty()) {
            return DEFAULT_TILE;
        }
        return said.filter(JsonArray.class::isInstance)
                .flatMap(array -> ((JsonArray) array).wholes())
                .filter(sizes -> sizes.size() == 2 && sizes.stream().allMatch(size -> size > 0 && size <= MAX_TILE))
                .orElseThrow(() -> Refusals.damaged(
                        "config",
                        name,
                        "is FP8, but weight_block_size in config.json is not [rows, columns] of a tile"));
    }

    private static void requireScales(LocatedTensor weight, LocatedTensor scales, List<Long> tile) {
        List<Long> dims = new ArrayList<>(weight.shape().dims());
        int last = dims.size() - 1;
        dims.set(last - 1, Math.ceilDiv(dims.get(last - 1), tile.getFirst()));
        dims.set(last, Math.ceilDiv(dims.get(last), tile.getLast()));
        if (!SCALE_TYPES.contains(scales.dtype()) || !scales.shape().dims().equals(dims)) {
            throw Refusals.damaged(
                    "scales",
                    weight.name(),
                    "of shape %s in tiles of %s needs scales of shape %s in F32 or BF16, but %s is %s of shape %s"
                            .formatted(
                                    weight.shape(),
                                    tile,
                                    new Shape(dims),
                                    scales.name(),
                                    scales.dtype(),
                                    scales.shape()));
        }
    }
}
