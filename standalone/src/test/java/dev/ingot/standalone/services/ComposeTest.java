package dev.ingot.standalone.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.hosting.EventsConfig;
import dev.ingot.hosting.HubConfig;
import dev.ingot.hosting.SourcesConfig;
import dev.ingot.hosting.StoreConfig;
import dev.ingot.hosting.WorkConfig;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What docker-compose.yml says is what the services read. */
class ComposeTest {
    static final List<String> SERVICES = ComposeFile.INGOT;

    private static final List<Class<?>> CONFIGS =
            List.of(StoreConfig.class, EventsConfig.class, SourcesConfig.class, HubConfig.class, WorkConfig.class);

    /** Read by Kafka's clients and by Quarkus. */
    private static final Set<String> OF_OTHERS = Set.of("KAFKA_BOOTSTRAP_SERVERS", "QUARKUS_HTTP_PORT");

    private final ComposeFile compose;

    ComposeTest() throws IOException {
        compose = ComposeFile.read(Installation.ROOT.resolve("docker-compose.yml"));
    }

    @ParameterizedTest
    @FieldSource("SERVICES")
    void everyVariableIsOneThatTheServiceReads(String service) {
        Set<String> known = Stream.concat(OF_OTHERS.stream(), Stream.concat(variables(), workers(service)))
                .collect(Collectors.toSet());
        compose.environment(service).keySet().forEach(name -> assertTrue(known.contains(name), service + ": " + name));
    }

    @ParameterizedTest
    @FieldSource("SERVICES")
    void theServiceFindsItsStoreAndItsBroker(String service) {
        Map<String, String> environment = compose.environment(service);
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(environment, 300))
                .withMapping(StoreConfig.class)
                .withMapping(SourcesConfig.class)
                .build();
        StoreConfig store = config.getConfigMapping(StoreConfig.class);

        assertEquals(StoreConfig.Kind.S3, store.kind());
        assertEquals(Optional.of("http://minio:9000"), store.s3().endpoint());
        Map<String, String> minio = compose.environment("minio");
        assertEquals(Optional.ofNullable(minio.get("BUCKET")), store.s3().bucket());
        assertEquals(
                Optional.ofNullable(minio.get("MINIO_ROOT_USER")), store.s3().accessKey());
        assertEquals(
                Optional.ofNullable(minio.get("MINIO_ROOT_PASSWORD")),
                store.s3().secretKey());
        assertEquals(
                Optional.of(List.of("/models")),
                config.getConfigMapping(SourcesConfig.class).allowed());
        assertTrue(compose.environment("kafka")
                .get("KAFKA_ADVERTISED_LISTENERS")
                .endsWith("://" + environment.get("KAFKA_BOOTSTRAP_SERVERS")));
    }

    @ParameterizedTest
    @FieldSource("SERVICES")
    void theImageIsBuiltFromAModuleOfThisRepository(String service) {
        Object module = compose.buildArguments(service).get("SERVICE");
        assertEquals(service + "-service", module);
        assertTrue(Files.exists(Installation.ROOT.resolve(Path.of(String.valueOf(module), "pom.xml"))));
    }

    @Test
    void theOverrideForGpusKnowsNoServiceThatComposeDoesNot() throws IOException {
        ComposeFile gpu = ComposeFile.read(Installation.ROOT.resolve("docker-compose.gpu.yml"));
        assertEquals(Set.of("dequant"), gpu.services().keySet());
        assertTrue(compose.services().containsKey("dequant"));
    }

    private static Stream<String> variables() {
        return CONFIGS.stream()
                .flatMap(config -> ConfigMappings.getProperties(ConfigClass.configClass(config)).keySet().stream())
                .map(ComposeTest::variable);
    }

    private static Stream<String> workers(String service) {
        return Stream.of(variable("ingot." + service + ".workers"));
    }

    /** As MicroProfile Config names it. */
    private static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
