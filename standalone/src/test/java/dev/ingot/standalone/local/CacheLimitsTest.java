package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.source.hub.HubCache.Limits;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheLimitsTest {
    @Test
    void anEnvironmentThatSaysNothingSetsNoLimit() {
        assertEquals(Optional.empty(), CacheLimits.of(Map.of("INGOT_HUB_CACHE", "/x", CacheLimits.SIZE, " ")));
    }

    @Test
    void sizesAndDaysAreReadAsServicesReadThem() {
        assertEquals(
                Optional.of(new Limits(200_000_000_000L, Duration.ofDays(30))),
                CacheLimits.of(Map.of(CacheLimits.SIZE, "200000000000", CacheLimits.DAYS, "30d")));
        assertEquals(
                Optional.of(new Limits(5_000_000_000L, Limits.NONE.maxUnused())),
                CacheLimits.of(Map.of(CacheLimits.SIZE, "5GB")));
    }

    @ParameterizedTest
    @CsvSource({"much, 30", "5GB, soon", "5GB, -1"})
    void whatIsNeitherIsRefused(String size, String days) {
        Map<String, String> variables = Map.of(CacheLimits.SIZE, size, CacheLimits.DAYS, days);
        assertEquals(
                "environment.value",
                assertThrows(RefusedInput.class, () -> CacheLimits.of(variables))
                        .code());
    }
}
