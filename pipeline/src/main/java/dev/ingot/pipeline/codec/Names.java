package dev.ingot.pipeline.codec;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.event.EventKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names of records and constants in JSON. */
final class Names {
    private Names() {}

    /** What a record says in {@code kind}: {@code merged-shard}, for an event {@code shard.planned}; empty outside sealed interfaces. */
    static Optional<String> kind(Class<?> record) {
        if (Arrays.stream(record.getInterfaces()).noneMatch(Class::isSealed)) {
            return Optional.empty();
        }
        return Optional.of(EventKind.of(record).map(EventKind::id).orElseGet(() -> hyphenated(record.getSimpleName())));
    }

    /** {@code quantized-while-loading}; dtypes keep their names. */
    static String constant(Enum<?> constant) {
        return constant instanceof DType
                ? constant.name()
                : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All records below a sealed interface, or the record itself. */
    static List<Class<?>> records(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        List<Class<?>> records = new ArrayList<>();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            records.addAll(records(permitted));
        }
        return records;
    }

    private static String hyphenated(String name) {
        return name.replaceAll("(?<=.)(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])", "-").toLowerCase(Locale.ROOT);
    }
}
