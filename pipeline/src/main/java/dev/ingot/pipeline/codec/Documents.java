package dev.ingot.pipeline.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import dev.ingot.pipeline.event.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Records as JSON and back.
 *
 * <p>Members stand in the order of the record's components, maps by key, so that the same value always gives the same bytes. A record of a
 * sealed interface says which one it is in {@code kind}; constants are lower case with hyphens, except dtypes, which keep the names of
 * safetensors; shapes are arrays; what is absent is left out; NaN and infinities are text.
 */
public final class Documents {
    private static final JsonFactory JSON = new JsonFactory();

    private Documents() {}

    /** A stored document: indented, ending with a line feed. */
    public static byte[] write(Object document) {
        return write(document, true);
    }

    /** An event: on one line. */
    public static byte[] writeEvent(Event event) {
        return write(event, false);
    }

    /**
     * Reads a document.
     *
     * @param what names the document in errors: {@code plan.json of acme/run-7}
     * @throws UnreadableDocument naming the member, what was expected and what was found
     */
    public static <T> T read(byte[] json, Class<T> type, String what) {
        try (JsonParser parser = JSON.createParser(json)) {
            return type.cast(new RecordReader(JSON, json, parser, what).document(type));
        } catch (IOException notJson) {
            throw new UnreadableDocument(what, "", "not JSON: " + notJson.getMessage(), notJson);
        }
    }

    /** Reads an event of any kind; UnreadableDocument also when its kind or version is unknown. */
    public static Event readEvent(byte[] json, String what) {
        return read(json, Event.class, what);
    }

    private static byte[] write(Object document, boolean pretty) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(bytes)) {
            if (pretty) {
                generator.setPrettyPrinter(printer());
            }
            new RecordWriter(generator).value(document);
            if (pretty) {
                generator.writeRaw('\n');
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static DefaultPrettyPrinter printer() {
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter(Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.AFTER));
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        return printer;
    }
}
