package dev.ingot.pipeline.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema describes every member of a report, and no other. */
class ReportSchemaTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void everyMemberOfEveryRecordIsInTheSchemaWithADescriptionAndNoOtherIs() throws IOException {
        JsonNode root = MAPPER.readTree(ReportSchema.bytes());
        List<String> faults = new ArrayList<>();
        compare(root, root, Report.class, new HashSet<>(), faults);
        assertEquals(List.of(), faults);
    }

    @ParameterizedTest
    @ValueSource(strings = {"documents/report", "earlier/report", "earlier/report-weights"})
    void reportsOfEveryTimeFollowIt(String golden) throws IOException {
        assertEquals(Set.of(), problems(text(golden)));
    }

    @Test
    void anUnknownMemberAndAnUnknownStateAreFaults() throws IOException {
        String report = text("documents/report");
        assertFalse(problems(report.replaceFirst("\\{", "{\"x\": 1,")).isEmpty());
        assertFalse(problems(report.replaceFirst("\"state\": \"[a-z-]+\"", "\"state\": \"perhaps\""))
                .isEmpty());
    }

    private static Set<?> problems(String json) {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(new String(ReportSchema.bytes(), UTF_8))
                .validate(json, InputFormat.JSON);
    }

    private static String text(String golden) throws IOException {
        try (var in = ReportSchemaTest.class.getResourceAsStream("/golden/" + golden + ".json")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static void compare(
            JsonNode root, JsonNode schema, Class<?> record, Set<Class<?>> seen, List<String> faults) {
        if (!seen.add(record)) {
            return;
        }
        Set<String> described = new TreeSet<>();
        schema.path("properties").fieldNames().forEachRemaining(described::add);
        for (RecordComponent component : record.getRecordComponents()) {
            JsonNode property = schema.path("properties").path(component.getName());
            String name = record.getSimpleName() + "." + component.getName();
            described.remove(component.getName());
            if (property.path("description").asText().isBlank()) {
                faults.add(name + " is not described");
            }
            types(component.getGenericType())
                    .filter(Class::isRecord)
                    .forEach(type -> compare(root, target(root, property), type, seen, faults));
        }
        described.forEach(left -> faults.add(record.getSimpleName() + " has no " + left));
    }

    private static JsonNode target(JsonNode root, JsonNode property) {
        JsonNode inner = property.has("items") ? property.path("items") : property;
        return root.at(inner.path("$ref").asText("#/missing").substring(1));
    }

    private static Stream<Class<?>> types(Type type) {
        return switch (type) {
            case Class<?> one -> Stream.of(one);
            case ParameterizedType many ->
                Stream.of(many.getActualTypeArguments()).flatMap(ReportSchemaTest::types);
            default -> Stream.empty();
        };
    }
}
