package dev.ingot.pipeline.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes records as {@link Documents} describes. */
final class RecordWriter {
    private final JsonGenerator json;

    RecordWriter(JsonGenerator json) {
        this.json = json;
    }

    void value(Object value) throws IOException {
        switch (value) {
            case String text -> json.writeString(text);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case Enum<?> constant -> json.writeString(Names.constant(constant));
            case Instant at -> json.writeString(at.toString());
            case Duration time -> json.writeString(time.toString());
            case Shape shape -> array(shape.dims());
            case List<?> list -> array(list);
            case Map<?, ?> map -> object(map);
            case Record record -> object(record);
            default ->
                throw new IllegalArgumentException("a " + value.getClass().getName() + " has no form in JSON");
        }
    }

    private void array(List<?> values) throws IOException {
        json.writeStartArray();
        for (Object value : values) {
            value(value);
        }
        json.writeEndArray();
    }

    private void object(Map<?, ?> map) throws IOException {
        TreeMap<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(key instanceof Enum<?> e ? Names.constant(e) : (String) key, value));
        json.writeStartObject();
        for (Map.Entry<String, Object> entry : sorted.entrySet()) {
            json.writeFieldName(entry.getKey());
            value(entry.getValue());
        }
        json.writeEndObject();
    }

    private void object(Record record) throws IOException {
        Layout layout = Layout.of(record.getClass());
        json.writeStartObject();
        if (layout.kind().isPresent()) {
            json.writeStringField(Layout.KIND, layout.kind().get());
        }
        if (layout.event().isPresent()) {
            json.writeNumberField(Layout.SCHEMA, layout.event().get().version());
        }
        for (Layout.Member member : layout.members()) {
            member(member, member.of(record));
        }
        json.writeEndObject();
    }

    private void member(Layout.Member member, @Nullable Object held) throws IOException {
        Object value = held instanceof Optional<?> optional ? optional.orElse(null) : held;
        if (value != null) {
            json.writeFieldName(member.name());
            value(value);
        } else if (!member.optional() && !member.nullable()) {
            throw new IllegalArgumentException(member.name() + " of a "
                    + member.component().getDeclaringRecord().getSimpleName() + " is null");
        }
    }
}
