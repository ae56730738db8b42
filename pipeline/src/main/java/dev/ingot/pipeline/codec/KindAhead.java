package dev.ingot.pipeline.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** Finds what kind of thing an object is when it does not say so first: the order of members means nothing in JSON. */
final class KindAhead {
    private KindAhead() {}

    /** The kind of the object that starts at {@code start}. */
    static Optional<String> of(JsonFactory factory, byte[] bytes, int start) throws IOException {
        try (JsonParser json = factory.createParser(bytes, start, bytes.length - start)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isKind = json.currentName().equals(Layout.KIND);
                if (json.nextToken() == JsonToken.VALUE_STRING && isKind) {
                    return Optional.of(json.getText());
                }
                json.skipChildren();
            }
            return Optional.empty();
        }
    }
}
