package dev.ingot.standalone.services;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docker-compose.yml: its services, and the environment that each gets. */
record ComposeFile(Map<String, Map<String, Object>> services) {
    /** Ingot's own five; the others are what they need around them. */
    static final List<String> INGOT = List.of("ingest", "dequant", "merge", "validate", "registry");

    static ComposeFile read(Path file) throws IOException {
        try (Reader text = Files.newBufferedReader(file)) {
            Map<String, Object> root = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
            Map<String, Map<String, Object>> services = new LinkedHashMap<>();
            mapping(root.get("services")).forEach((name, service) -> services.put(name, mapping(service)));
            return new ComposeFile(services);
        }
    }

    /** Variable to value, with every {@code ${NAME:-value}} at its default. */
    Map<String, String> environment(String service) {
        return mapping(services.get(service).getOrDefault("environment", Map.of())).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> byDefault(String.valueOf(entry.getValue()))));
    }

    /** What the image of a service is built with: {@code SERVICE} among others. */
    Map<String, Object> buildArguments(String service) {
        return mapping(mapping(services.get(service).get("build")).get("args"));
    }

    private static String byDefault(String value) {
        return value.replaceAll("\\$\\{\\w+:-([^}]*)}", "$1");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> mapping(Object node) {
        return (Map<String, Object>) node;
    }
}
