package dev.ingot.pipeline.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.ingot.pipeline.event.EventKind;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The published schemas say what the codec writes and reads. */
class EventSchemaTest {
    @ParameterizedTest
    @EnumSource
    void anEventFollowsItsSchema(EventKind kind) throws IOException {
        assertEquals(Set.of(), problems(kind, Documents.writeEvent(Samples.event(kind))));
    }

    @ParameterizedTest
    @EnumSource
    void aSchemaRefusesAnUnknownMember(EventKind kind) throws IOException {
        String json = new String(Documents.writeEvent(Samples.event(kind)), UTF_8);

        assertFalse(problems(kind, json.replaceFirst("\\{", "{\"x\":1,").getBytes(UTF_8))
                .isEmpty());
    }

    private static Set<ValidationMessage> problems(EventKind kind, byte[] json) throws IOException {
        return schema(kind).validate(new String(json, UTF_8), InputFormat.JSON);
    }

    private static JsonSchema schema(EventKind kind) throws IOException {
        String path = "/schema/events/" + kind.id() + ".v" + kind.version() + ".json";
        try (var schema = EventSchemaTest.class.getResourceAsStream(path)) {
            return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema);
        }
    }
}
