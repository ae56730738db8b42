package dev.ingot.pipeline.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** Finds an object's kind by a look ahead, since the order of members means nothing in JSON. */
final class Tags {
    private Tags() {}

    /** The kind of the object that the parser has just entered. */
    static Optional<String> kindAhead(JsonFactory factory, byte[] bytes, JsonParser at) throws IOException {
        int offset = Math.toIntExact(at.currentTokenLocation().getByteOffset());
        try (JsonParser json = factory.createParser(bytes, offset, bytes.length - offset)) {
            json.nextToken();
            // Ours stands first, so that this reads one member as a rule and not the whole object.
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
