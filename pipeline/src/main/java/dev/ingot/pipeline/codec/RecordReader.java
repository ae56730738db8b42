package dev.ingot.pipeline.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what {@link RecordWriter} writes, and refuses everything else. */
final class RecordReader {
    private static final int SCHEMA = 1;

    private final JsonFactory factory;
    private final byte[] bytes;
    private final JsonParser json;
    private final String what;

    RecordReader(JsonFactory factory, byte[] bytes, JsonParser json, String what) {
        this.factory = factory;
        this.bytes = bytes;
        this.json = json;
        this.what = what;
    }

    Object document(Class<?> type) throws IOException {
        json.nextToken();
        Object value = value(type);
        if (json.nextToken() != null) {
            throw unreadable("expected nothing after the document, found " + json.currentToken());
        }
        return value;
    }

    private Object value(Type type) throws IOException {
        if (type instanceof ParameterizedType generic) {
            return container(generic);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isEnum()) {
            return constant(plain, text());
        }
        if (plain == Shape.class) {
            return checked(() -> new Shape(shape()));
        }
        return plain.isRecord() || plain.isSealed() ? object(plain) : scalar(plain);
    }

    private Object scalar(Class<?> type) throws IOException {
        return switch (type.getName()) {
            case "java.lang.String" -> text();
            case "int", "java.lang.Integer" ->
                expect(JsonToken.VALUE_NUMBER_INT, "a whole number").getIntValue();
            case "long", "java.lang.Long" ->
                expect(JsonToken.VALUE_NUMBER_INT, "a whole number").getLongValue();
            case "float" -> checked(() -> Float.parseFloat(number()));
            case "double", "java.lang.Double" -> checked(() -> Double.parseDouble(number()));
            case "boolean" -> truth();
            case "java.time.Instant" -> checked(() -> Instant.parse(text()));
            case "java.time.Duration" -> checked(() -> Duration.parse(text()));
            default -> throw new IllegalArgumentException("a " + type.getName() + " has no form in JSON");
        };
    }

    private Object container(ParameterizedType type) throws IOException {
        Type[] arguments = type.getActualTypeArguments();
        Class<?> raw = (Class<?>) type.getRawType();
        if (raw == List.class) {
            return list(arguments[0]);
        }
        if (raw == Map.class) {
            return map((Class<?>) arguments[0], arguments[1]);
        }
        return Optional.of(value(arguments[0]));
    }

    private List<Object> list(Type element) throws IOException {
        expect(JsonToken.START_ARRAY, "an array");
        List<Object> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(element));
        }
        return values;
    }

    private List<Long> shape() throws IOException {
        return list(Long.class).stream().map(Long.class::cast).toList();
    }

    private Map<Object, Object> map(Class<?> keys, Type values) throws IOException {
        expect(JsonToken.START_OBJECT, "an object");
        Map<Object, Object> map = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            Object key = keys.isEnum() ? constant(keys, json.currentName()) : json.currentName();
            json.nextToken();
            if (map.put(key, value(values)) != null) {
                throw unreadable("this member stands twice");
            }
        }
        return map;
    }

    private Object object(Class<?> type) throws IOException {
        expect(JsonToken.START_OBJECT, "an object");
        int start = Math.toIntExact(json.currentTokenLocation().getByteOffset());
        json.nextToken();
        boolean isTagged = Names.isTagged(type);
        boolean kindFirst = isTagged && Layout.KIND.equals(json.currentName());
        Layout layout = Layout.of(
                isTagged ? recordOfKind(type, kindFirst ? firstKind() : KindAhead.of(factory, bytes, start)) : type);
        return object(layout, isTagged && !kindFirst);
    }

    /** Our own documents say the kind first, so that nothing is read twice. */
    private Optional<String> firstKind() throws IOException {
        json.nextToken();
        String kind = text();
        json.nextToken();
        return Optional.of(kind);
    }

    /** Reads members from the current one on; {@code kindDue} when the kind is still among them. */
    private Object object(Layout layout, boolean kindDue) throws IOException {
        @Nullable Object[] values = new Object[layout.members().size()];
        boolean hasKind = !kindDue;
        boolean hasSchema = layout.event().isEmpty();
        for (; json.currentToken() != JsonToken.END_OBJECT; json.nextToken()) {
            String name = json.currentName();
            json.nextToken();
            if (!hasKind && name.equals(Layout.KIND)) {
                hasKind = true;
            } else if (!hasSchema && name.equals(Layout.SCHEMA)) {
                requireSchema(value(int.class), layout.event().orElseThrow().version());
                hasSchema = true;
            } else {
                member(layout, name, values);
            }
        }
        if (!hasSchema) {
            throw unreadable("an event needs the member '" + Layout.SCHEMA + "'");
        }
        fillAbsent(layout, values);
        return checked(() -> layout.construct(values));
    }

    private void member(Layout layout, String name, @Nullable Object[] values) throws IOException {
        int index = layout.indexOf(name);
        if (index < 0) {
            throw unreadable("a " + layout.type().getSimpleName() + " has no member '" + name + "'");
        }
        if (values[index] != null) {
            throw unreadable("this member stands twice");
        }
        Layout.Member member = layout.members().get(index);
        if (json.currentToken() == JsonToken.VALUE_NULL && (member.optional() || member.nullable())) {
            return;
        }
        Object value = value(member.type());
        values[index] = value;
        if (name.equals(Layout.SCHEMA)) {
            requireSchema(value, SCHEMA);
        }
    }

    private void fillAbsent(Layout layout, @Nullable Object[] values) throws IOException {
        for (int i = 0; i < values.length; i++) {
            Layout.Member member = layout.members().get(i);
            if (values[i] == null && member.optional()) {
                values[i] = Optional.empty();
            } else if (values[i] == null && member.whenAbsent().isPresent()) {
                values[i] = constantJson(member.type(), member.whenAbsent().get());
            } else if (values[i] == null && !member.nullable()) {
                throw unreadable("a " + layout.type().getSimpleName() + " needs the member '" + member.name() + "'");
            }
        }
    }

    private Object constantJson(Type type, String text) throws IOException {
        byte[] constant = text.getBytes(UTF_8);
        try (JsonParser parser = factory.createParser(constant)) {
            parser.nextToken();
            return new RecordReader(factory, constant, parser, what).value(type);
        }
    }

    private Class<?> recordOfKind(Class<?> type, Optional<String> kind) {
        Map<String, Class<?>> records = Names.recordsByKind(type);
        Class<?> record = records.get(kind.orElse(""));
        if (record == null) {
            throw unreadable(kind.map(name -> "unknown kind '" + name + "'").orElse("no kind") + "; expected "
                    + String.join(" or ", records.keySet()));
        }
        return record;
    }

    private void requireSchema(Object found, int expected) {
        if (!found.equals(expected)) {
            throw unreadable("schema " + found + " is unknown; this version of Ingot reads " + expected);
        }
    }

    private Object constant(Class<?> type, String name) {
        Map<String, Object> constants = Names.constants(type);
        Object constant = constants.get(name);
        if (constant == null) {
            throw unreadable("expected one of " + String.join(", ", constants.keySet()) + ", found '" + name + "'");
        }
        return constant;
    }

    private String text() throws IOException {
        return expect(JsonToken.VALUE_STRING, "text").getText();
    }

    private String number() throws IOException {
        boolean isText = json.currentToken() == JsonToken.VALUE_STRING;
        if (isText
                ? !List.of("NaN", "Infinity", "-Infinity").contains(json.getText())
                : !json.currentToken().isNumeric()) {
            throw unreadable("expected a number, found " + found());
        }
        return json.getText();
    }

    private boolean truth() throws IOException {
        if (!json.currentToken().isBoolean()) {
            throw unreadable("expected true or false, found " + found());
        }
        return json.getBooleanValue();
    }

    private JsonParser expect(JsonToken token, String expected) throws IOException {
        if (json.currentToken() != token) {
            throw unreadable("expected " + expected + ", found " + found());
        }
        return json;
    }

    private String found() throws IOException {
        return json.currentToken() == null ? "nothing" : json.getText();
    }

    private Object checked(Making making) throws IOException {
        try {
            return making.make();
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException refused) {
            throw new UnreadableDocument(what, where(), String.valueOf(refused.getMessage()), refused);
        }
    }

    private UnreadableDocument unreadable(String problem) {
        return new UnreadableDocument(what, where(), problem);
    }

    private String where() {
        return json.getParsingContext().pathAsPointer().toString();
    }

    /** Makes a value that checks itself. */
    private interface Making {
        Object make() throws IOException;
    }
}
