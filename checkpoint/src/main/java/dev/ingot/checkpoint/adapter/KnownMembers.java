package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The members of adapter_config.json that PEFT's config classes have, as {@code conformance/members/write.py} dumped them. */
public final class KnownMembers {
    private static final String FILE = "members.json";
    /** PEFT renamed the type; its files stayed. */
    private static final String BONE = "BONE";

    private static final String MISS = "MISS";

    private KnownMembers() {}

    /** Version of the PEFT that has them. */
    public static String peft() {
        return Once.TABLE.text("peft").orElseThrow();
    }

    /** Of a type, by its {@code peft_type}; empty for one that this PEFT has not. */
    public static Optional<Set<String>> of(String peftType) {
        JsonObject types = Once.TABLE.object("types").orElseThrow();
        return types.array(peftType.equals(BONE) ? MISS : peftType).map(own -> {
            Set<String> known = new TreeSet<>(texts(own));
            known.addAll(texts(Once.TABLE.array("every").orElseThrow()));
            return known;
        });
    }

    /** Members of a config that its type has not and that say something: not null, false, 0, "", [] or {}. None for a type that is not known. */
    public static List<String> unknownIn(AdapterConfig config) {
        return of(config.peftType())
                .map(known -> config.json().members().keySet().stream()
                        .filter(member -> !known.contains(member) && config.isSet(member))
                        .toList())
                .orElse(List.of());
    }

    private static List<String> texts(JsonArray array) {
        return array.texts().orElseThrow();
    }

    private static final class Once {
        static final JsonObject TABLE = Json.parseObject(bytes(), FILE);

        private static byte[] bytes() {
            try (InputStream in = KnownMembers.class.getResourceAsStream(FILE)) {
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
