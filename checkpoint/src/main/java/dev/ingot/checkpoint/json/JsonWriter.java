package dev.ingot.checkpoint.json;

import java.util.Iterator;
import java.util.Map;

/**
 * The text of a value.
 *
 * @param indented as Python's {@code json.dump(indent=2)} lays it out; otherwise on one line without spaces
 */
record JsonWriter(boolean indented) {
    static final JsonWriter INDENTED = new JsonWriter(true);
    static final JsonWriter COMPACT = new JsonWriter(false);

    void append(StringBuilder out, JsonValue value, int depth) {
        switch (value) {
            case JsonObject object -> appendObject(out, object, depth);
            case JsonArray array -> appendArray(out, array, depth);
            case JsonText text -> quote(out, text.value());
            case JsonNumber number -> out.append(number.text());
            case JsonBool bool -> out.append(bool.value());
            case JsonNull ignored -> out.append("null");
        }
    }

    private void appendObject(StringBuilder out, JsonObject object, int depth) {
        if (object.members().isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        Iterator<Map.Entry<String, JsonValue>> members =
                object.members().entrySet().iterator();
        while (members.hasNext()) {
            Map.Entry<String, JsonValue> member = members.next();
            newLine(out, depth + 1);
            quote(out, member.getKey());
            out.append(indented ? ": " : ":");
            append(out, member.getValue(), depth + 1);
            out.append(members.hasNext() ? "," : "");
        }
        newLine(out, depth);
        out.append('}');
    }

    private void appendArray(StringBuilder out, JsonArray array, int depth) {
        if (array.values().isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        Iterator<JsonValue> values = array.values().iterator();
        while (values.hasNext()) {
            newLine(out, depth + 1);
            append(out, values.next(), depth + 1);
            out.append(values.hasNext() ? "," : "");
        }
        newLine(out, depth);
        out.append(']');
    }

    private void newLine(StringBuilder out, int depth) {
        if (indented) {
            out.append('\n').repeat("  ", depth);
        }
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f || Character.isSurrogate(c) && !paired(text, i)) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
