package dev.ingot.standalone.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.dequant.DequantServiceConfig;
import dev.ingot.pipeline.vector.KernelChoice;
import dev.ingot.validate.SigningServiceConfig;
import dev.ingot.validate.ValidateServiceConfig;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A mapping refuses every property under its prefix that it does not have; others read some of them past it. */
class ServiceConfigsTest {
    @Test
    void dequantStartsWithEveryPropertyThatIsReadUnderItsPrefix() {
        DequantServiceConfig config = with(
                        Map.of(
                                "ingot.dequant.workers", "3",
                                "ingot.dequant.kernel", "vector",
                                "ingot.dequant.device", "gpu:1",
                                "ingot.dequant.cache.max-bytes", "5",
                                "ingot.dequant.cache.max-age", "7d"),
                        DequantServiceConfig.class)
                .getConfigMapping(DequantServiceConfig.class);
        assertEquals(3, config.workers());
        assertEquals(KernelChoice.VECTOR, config.kernel());
        assertEquals("gpu:1", config.device());
        assertEquals(5, config.cache().maxBytes());
        assertEquals(7, config.cache().maxAge().toDays());
    }

    @Test
    void validateStartsWithItsNumberOfWorkers() {
        SmallRyeConfig config = with(Map.of("ingot.validate.workers", "2"), ValidateServiceConfig.class);
        assertEquals(2, config.getConfigMapping(ValidateServiceConfig.class).workers());
    }

    @Test
    void whoSignsIsToldByTheEnvironment() {
        SigningServiceConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withSources(new EnvConfigSource(
                        Map.of("INGOT_SIGNING_KEY", "a", "INGOT_SIGNING_CERTIFICATE_CHAIN", "b"), 300))
                .withMapping(SigningServiceConfig.class)
                .build()
                .getConfigMapping(SigningServiceConfig.class);
        assertEquals(Optional.of("a"), config.key());
        assertEquals(Optional.empty(), config.certificate());
        assertEquals(Optional.of("b"), config.certificateChain());
    }

    @Test
    void theCachesLimitsAreVariablesOfTheEnvironmentToo() {
        Map<String, String> environment = Map.of(
                "INGOT_DEQUANT_CACHE_MAX_BYTES", "7",
                "INGOT_DEQUANT_CACHE_MAX_AGE", "2h",
                "INGOT_DEQUANT_WORKERS", "2");
        DequantServiceConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withSources(new EnvConfigSource(environment, 300))
                .withMapping(DequantServiceConfig.class)
                .build()
                .getConfigMapping(DequantServiceConfig.class);
        assertEquals(7, config.cache().maxBytes());
        assertEquals(2, config.cache().maxAge().toHours());
        assertEquals(2, config.workers());
    }

    @Test
    void anUnknownKernelKeepsTheServiceFromStarting() {
        Map<String, String> properties = Map.of("ingot.dequant.kernel", "fast");
        assertThrows(ConfigValidationException.class, () -> with(properties, DequantServiceConfig.class));
    }

    private static SmallRyeConfig with(Map<String, String> properties, Class<?> mapping) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withSources(new PropertiesConfigSource(properties, "test", 400))
                .withMapping(mapping)
                .build();
    }
}
