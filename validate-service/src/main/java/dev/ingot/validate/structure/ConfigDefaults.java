package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/** What a config of a model type means by a member that it leaves out, as {@code conformance/configs/write.py} dumped it from transformers' classes. */
final class ConfigDefaults {
    private static final String FILE = "config-defaults.json";

    private final Optional<JsonObject> members;

    private ConfigDefaults(Optional<JsonObject> members) {
        this.members = members;
    }

    static ConfigDefaults of(String modelType) {
        return new ConfigDefaults(Once.TABLE.object(modelType));
    }

    /** Whether the type was dumped. */
    boolean known() {
        return members.isPresent();
    }

    /** Whether the type's class has a member of this name. */
    boolean has(String name) {
        return members.map(known -> known.has(name)).orElse(false);
    }

    /** The default; empty where there is none, or it is null. */
    Optional<JsonValue> value(String name) {
        return members.flatMap(known -> known.get(name)).filter(value -> !(value instanceof JsonNull));
    }

    /** All of them. */
    JsonObject json() {
        return members.orElse(JsonObject.empty());
    }

    private static final class Once {
        static final JsonObject TABLE = Json.parseObject(bytes(), FILE);

        private static byte[] bytes() {
            try (InputStream in = ConfigDefaults.class.getResourceAsStream(FILE)) {
                if (in == null) {
                    throw new IllegalStateException(FILE + " is part of this jar but not there");
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
