package dev.ingot.checkpoint.bitsandbytes;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The JSON that bitsandbytes packs into {@code *.quant_state.bitsandbytes__nf4}.
 *
 * @param quantType {@code nf4} or {@code fp4}
 * @param blocksize elements per absmax, over the flattened tensor
 * @param dtype of the weight that was quantized, and so of its dequantized value
 * @param shape of that weight; empty when the file does not say
 * @param nested present with double quantization
 * @param unknownMembers names of members that mean nothing to Ingot
 */
public record QuantState(
        String quantType,
        int blocksize,
        DType dtype,
        Optional<Shape> shape,
        Optional<Nested> nested,
        Set<String> unknownMembers) {
    private static final Set<Integer> BLOCKSIZES = Set.of(32, 64, 128, 256, 512, 1024, 2048, 4096);

    private static final Set<String> MEMBERS =
            Set.of("quant_type", "blocksize", "dtype", "shape", "nested_blocksize", "nested_dtype", "nested_offset");

    public QuantState {
        unknownMembers = Set.copyOf(unknownMembers);
    }

    /** Double quantization: how absmax itself was quantized. */
    public record Nested(int blocksize, DType dtype, float offset) {}

    /**
     * Parses the JSON.
     *
     * @param quantType as the key's suffix says; the JSON has to agree
     * @param tensor named in refusals ({@code quantization.state})
     */
    public static QuantState parse(byte[] utf8, String quantType, String tensor) {
        JsonObject json = Json.parseObject(utf8, "quant_state of " + tensor);
        String type = json.text("quant_type").orElse("");
        if (!type.equals(quantType) || !Set.of("nf4", "fp4").contains(type)) {
            throw refuse(tensor, "quant_type '" + type + "' under a key that ends in " + quantType);
        }
        int blocksize = positive(json, "blocksize", tensor);
        if (!BLOCKSIZES.contains(blocksize)) {
            throw refuse(tensor, "blocksize " + blocksize + ", which bitsandbytes never writes");
        }
        Set<String> unknown = new TreeSet<>(json.members().keySet());
        unknown.removeAll(MEMBERS);
        return new QuantState(
                type, blocksize, dtype(json, "dtype", tensor), shape(json, tensor), nested(json, tensor), unknown);
    }

    private static Optional<Shape> shape(JsonObject json, String tensor) {
        if (json.get("shape").filter(value -> !(value instanceof JsonNull)).isEmpty()) {
            return Optional.empty();
        }
        List<Long> dims = json.array("shape")
                .flatMap(JsonArray::wholes)
                .orElseThrow(() -> refuse(tensor, "a shape that is no list of whole numbers"));
        try {
            return Optional.of(new Shape(dims));
        } catch (ArithmeticException e) {
            throw refuse(tensor, "the impossible shape " + dims);
        }
    }

    private static Optional<Nested> nested(JsonObject json, String tensor) {
        if (!json.has("nested_blocksize") && !json.has("nested_offset")) {
            return Optional.empty();
        }
        double offset =
                json.number("nested_offset").orElseThrow(() -> refuse(tensor, "double quantization without an offset"));
        if (!Float.isFinite((float) offset)) {
            throw refuse(tensor, "the offset " + offset);
        }
        DType dtype = json.has("nested_dtype") ? dtype(json, "nested_dtype", tensor) : DType.F32;
        return Optional.of(new Nested(positive(json, "nested_blocksize", tensor), dtype, (float) offset));
    }

    private static int positive(JsonObject json, String name, String tensor) {
        return json.integer(name)
                .filter(value -> value > 0 && value <= 1 << 20)
                .map(Long::intValue)
                .orElseThrow(() -> refuse(tensor, "no usable " + name));
    }

    private static DType dtype(JsonObject json, String name, String tensor) {
        return json.text(name)
                .flatMap(DType::ofTorchName)
                .filter(DType::isMergeable)
                .orElseThrow(() -> refuse(tensor, "no usable " + name));
    }

    private static RefusedInput refuse(String tensor, String found) {
        return new RefusedInput(
                "quantization.state",
                "The quant_state of %s has %s.".formatted(tensor, found),
                "save the checkpoint again with bitsandbytes, or name the 16-bit original as base");
    }
}
