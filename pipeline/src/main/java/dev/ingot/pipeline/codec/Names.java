package dev.ingot.pipeline.codec;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.event.EventKind;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Names of records and constants in JSON. */
final class Names {
    private static final ClassValue<Map<String, Class<?>>> RECORDS = new ClassValue<>() {
        @Override
        protected Map<String, Class<?>> computeValue(Class<?> type) {
            Map<String, Class<?>> byKind = new LinkedHashMap<>();
            records(type).forEach(record -> byKind.put(kind(record).orElseThrow(), record));
            return Collections.unmodifiableMap(byKind);
        }
    };

    private static final ClassValue<Map<String, Object>> CONSTANTS = new ClassValue<>() {
        @Override
        protected Map<String, Object> computeValue(Class<?> type) {
            Map<String, Object> byName = new LinkedHashMap<>();
            List.of(type.getEnumConstants()).forEach(value -> byName.put(constant((Enum<?>) value), value));
            return Collections.unmodifiableMap(byName);
        }
    };

    private Names() {}

    /** Whether an object of this type says its kind: it is a sealed interface, or a record of one. */
    static boolean isTagged(Class<?> type) {
        return type.isSealed() || Arrays.stream(type.getInterfaces()).anyMatch(Class::isSealed);
    }

    /** What a record says in {@code kind}: {@code merged-shard}, for an event {@code shard.planned}; empty outside sealed interfaces. */
    static Optional<String> kind(Class<?> record) {
        return isTagged(record)
                ? Optional.of(
                        EventKind.of(record).map(EventKind::id).orElseGet(() -> hyphenated(record.getSimpleName())))
                : Optional.empty();
    }

    /** All records below a sealed interface, or the record itself, by kind. */
    static Map<String, Class<?>> recordsByKind(Class<?> type) {
        return RECORDS.get(type);
    }

    /** {@code quantized-while-loading}; dtypes keep their names. */
    static String constant(Enum<?> constant) {
        return constant instanceof DType
                ? constant.name()
                : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constants of an enum by name. */
    static Map<String, Object> constants(Class<?> type) {
        return CONSTANTS.get(type);
    }

    private static Stream<Class<?>> records(Class<?> type) {
        return type.isSealed() ? Arrays.stream(type.getPermittedSubclasses()).flatMap(Names::records) : Stream.of(type);
    }

    private static String hyphenated(String name) {
        return name.replaceAll("(?<=.)(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])", "-").toLowerCase(Locale.ROOT);
    }
}
