package dev.ingot.checkpoint.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterLayoutTest {
    @ParameterizedTest
    @CsvSource({
        "0.17.0, false, TURNED",
        "0.17.1, true, TURNED",
        "0.18.0, false, TURNED",
        "0.18.1, true, TURNED",
        "0.19.0, false, TURNED",
        "0.19.0, true, STRAIGHT",
        "0.19.1, false, STRAIGHT",
        "0.19.1, true, TURNED",
        "0.21.2, false, STRAIGHT",
        "0.21.3.dev0@5d602fdb, true, TURNED",
        "1.0.0, false, STRAIGHT",
    })
    void ofSquareMatricesVersionAndModelTellTheLayout(String version, boolean transposed, ParameterLayout expected) {
        assertEquals(
                Optional.of(expected), ParameterLayout.of(Shape.of(3, 24, 24), 24, 24, config(version), transposed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "0.18.2.dev0", "0.19.1.dev0@3083"})
    void squareMatricesOfAnUnclearVersionAreRefused(String version) {
        RefusedInput refused = assertThrows(
                RefusedInput.class, () -> ParameterLayout.of(Shape.of(3, 24, 24), 24, 24, config(version), false));
        assertEquals("adapter.layout", refused.code());
    }

    @ParameterizedTest
    @CsvSource({"16, 24, STRAIGHT", "24, 16, TURNED"})
    void shapesTellTheLayoutWhateverTheVersion(long columnsOfA, long rowsOfB, ParameterLayout expected) {
        for (String version : new String[] {"", "0.18.0", "0.19.0", "0.21.2"}) {
            assertEquals(
                    Optional.of(expected),
                    ParameterLayout.of(Shape.of(3, 24, 16), columnsOfA, rowsOfB, config(version), false));
        }
    }

    @Test
    void aMatrixIsNeverTurned() {
        assertEquals(
                Optional.of(ParameterLayout.STRAIGHT),
                ParameterLayout.of(Shape.of(24, 24), 24, 24, config("0.18.0"), true));
        assertEquals(Optional.empty(), ParameterLayout.of(Shape.of(3, 24), 3, 24, config("0.18.0"), true));
    }

    @Test
    void factorsThatDoNotFitHaveNoLayout() {
        assertEquals(Optional.empty(), ParameterLayout.of(Shape.of(3, 24, 16), 24, 24, config("0.21.2"), false));
    }

    private static AdapterConfig config(String version) {
        String json = "{\"peft_version\": \"" + version + "\"}";
        return new AdapterConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "test"));
    }
}
