package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.Set;

/** Which quantized bases Ingot reads, and the refusal for every other. */
final class QuantizationMethods {
    private static final Set<DType> COPIED = Set.of(
            DType.F16,
            DType.BF16,
            DType.F32,
            DType.F64,
            DType.I8,
            DType.U8,
            DType.I16,
            DType.I32,
            DType.I64,
            DType.BOOL);

    private QuantizationMethods() {}

    /** RefusedInput {@code quantization.unsupported} when config names a method that Ingot does not read. */
    static void requireReadable(ModelConfig config) {
        JsonObject quantization = config.quantization().orElse(JsonObject.empty());
        boolean eightBit = quantization.bool("load_in_8bit").orElse(false);
        String method = quantization
                .text("quant_method")
                .orElse(quantization.members().isEmpty() ? "" : eightBit ? "bitsandbytes" : "unknown");
        if (!method.isEmpty() && !method.equals("bitsandbytes")) {
            throw unsupported(
                    "The base is quantized by '%s'; expected bitsandbytes NF4 or FP4, or 16 bit.".formatted(method));
        }
        if (eightBit) {
            throw unsupported("The base is quantized in 8 bit (LLM.int8); expected bitsandbytes 4 bit, or 16 bit.");
        }
    }

    /** RefusedInput when a tensor outside the packed ones is of a kind that only a quantizer writes. */
    static void requirePlain(LocatedTensor tensor) {
        boolean orphan = tensor.name().endsWith(".SCB")
                || tensor.name().endsWith(".absmax")
                || tensor.name().endsWith(".qweight")
                || tensor.name().endsWith(".quant_map");
        boolean packedWeight = tensor.dtype() == DType.U8 && tensor.name().endsWith(".weight");
        if (orphan || packedWeight || !COPIED.contains(tensor.dtype())) {
            throw unsupported("%s is %s of shape %s, which is part of a quantized weight that Ingot cannot read."
                    .formatted(tensor.name(), tensor.dtype(), tensor.shape()));
        }
    }

    private static RefusedInput unsupported(String sentence) {
        return new RefusedInput(
                "quantization.unsupported",
                sentence,
                "name the 16-bit original of this base; the merge then differs from training by that quantization's error");
    }
}
