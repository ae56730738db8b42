package dev.ingot.validate.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RopeReaderTest {
    @Test
    void bothWritingsOfLlama3ScalingAreOne() {
        String scaling = "\"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
                + " \"original_max_position_embeddings\": 8192, \"rope_type\": \"llama3\"";
        Rope four = read("{\"rope_theta\": 500000.0, \"rope_scaling\": {" + scaling + "}}");
        Rope five = read("{\"rope_parameters\": {\"rope_theta\": 500000.0, " + scaling + "}}");
        assertArrayEquals(four.frequencies().apply(1), five.frequencies().apply(1));
        assertEquals(1, four.frequencies().apply(1)[0]);
        assertEquals(
                Math.pow(500_000, -62.0 / 64) / 8, five.frequencies().apply(1)[31], 1e-12, "long waves are stretched");
    }

    @Test
    void linearScalingDividesEveryFrequency() {
        Rope plain = read("{\"rope_theta\": 10000.0, \"rope_scaling\": null}");
        Rope linear = read("{\"rope_theta\": 10000.0, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}}");
        for (int i = 0; i < 32; i++) {
            assertEquals(
                    plain.frequencies().apply(1)[i] / 4, linear.frequencies().apply(1)[i]);
        }
    }

    @Test
    void aScalingThatIsNotKnownIsSaid() {
        UnknownFamily unknown =
                assertThrows(UnknownFamily.class, () -> read("{\"rope_scaling\": {\"rope_type\": \"spiral\"}}"));
        assertEquals("validate cannot compute rope scaling 'spiral'", unknown.getMessage());
    }

    private static Rope read(String config) {
        return new RopeReader(Json.parseObject(config.getBytes(StandardCharsets.UTF_8), "config.json"), false, false)
                .read(64);
    }
}
