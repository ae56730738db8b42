package dev.ingot.checkpoint.bitsandbytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantStateTest {
    private static final String SOUND =
            "{\"quant_type\": \"nf4\", \"blocksize\": 64, \"dtype\": \"bfloat16\", \"shape\": [128, 96], "
                    + "\"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": 0.051685333251953125}";

    @Test
    void whatBitsandbytesWritesIsRead() {
        QuantState state = parse(SOUND);

        assertEquals("nf4", state.quantType());
        assertEquals(64, state.blocksize());
        assertEquals(DType.BF16, state.dtype());
        assertEquals(Shape.of(128, 96), state.shape().orElseThrow());
        assertEquals(0.051685333f, state.nested().orElseThrow().offset());
    }

    @Test
    void withoutNestedMembersThereIsNoDoubleQuantization() {
        QuantState state =
                parse("{\"quant_type\": \"nf4\", \"blocksize\": 64, \"dtype\": \"float16\", \"shape\": null}");

        assertTrue(state.nested().isEmpty() && state.shape().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"nf4\" -> \"fp4\"",
                "64 -> 63",
                "64 -> 0",
                "64 -> 8192",
                "\"bfloat16\" -> \"int8\"",
                "[128, 96] -> [-128, 96]",
                "[128, 96] -> [4294967296, 4294967296]",
                "[128, 96] -> \"x\"",
                "0.051685333251953125 -> NaN",
                "0.051685333251953125 -> null",
                "256 -> -1",
            })
    void whatItNeverWritesIsRefused(String change) {
        String[] fromTo = change.split(" -> ");

        RefusedInput refused = assertThrows(RefusedInput.class, () -> parse(SOUND.replace(fromTo[0], fromTo[1])));
        assertEquals("quantization.state", refused.code());
    }

    private static QuantState parse(String json) {
        return QuantState.parse(json.getBytes(StandardCharsets.UTF_8), "nf4", "w");
    }
}
