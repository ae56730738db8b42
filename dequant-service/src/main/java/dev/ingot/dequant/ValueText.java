package dev.ingot.dequant;

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
import java.util.stream.Collectors;

/**
 * What is done to make a value, without a word on where its source lies: with the bytes of its parts, this decides every byte of the result. Part
 * of the cache's key, so a change here must change the version of {@link Recipe}.
 */
final class ValueText {
    private ValueText() {}

    static String of(Value value) {
        String parts = value.parts().stream().map(ValueText::of).collect(Collectors.joining(", ", "[", "]"));
        return "%s %s %s from %s".formatted(kind(value), value.dtype(), value.shape(), parts);
    }

    private static String kind(Value value) {
        return switch (value) {
            case Stored it -> "stored";
            case Packed4Bit it ->
                "packed %s %d %s %s"
                        .formatted(
                                it.quantType(),
                                it.blocksize(),
                                it.lowNibbleFirst() ? "low first" : "high first",
                                it.nested().map(ValueText::of).orElse("plain scales"));
            case RowwiseInt8 it -> "int8 by row";
            case MicroscaledFp4 it -> "mxfp4";
            case BlockScaledFp8 it -> "fp8 by %d x %d".formatted(it.blockRows(), it.blockColumns());
            case Quantized4Bit it ->
                "quantized %s %d %s of (%s)"
                        .formatted(
                                it.quantType(),
                                it.blocksize(),
                                it.doubleQuantized() ? "double" : "single",
                                kind(it.of()));
            case QuantizedInt8 it -> "quantized int8 of (%s)".formatted(kind(it.of()));
            case Transposed it -> "transposed (%s)".formatted(kind(it.of()));
        };
    }

    private static String of(NestedAbsmax nested) {
        return "nested %d %s %08x"
                .formatted(nested.blocksize(), nested.dtype(), Float.floatToRawIntBits(nested.offset()));
    }

    private static String of(TensorRef tensor) {
        return tensor.dtype() + " " + tensor.shape() + " " + tensor.length();
    }
}
