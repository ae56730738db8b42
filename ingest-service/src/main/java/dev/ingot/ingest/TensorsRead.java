package dev.ingot.ingest;

import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.TensorRef;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which tensors operations read. A formula is a tree of records, so that the leaves are found without a word about each kind of it. */
final class TensorsRead {
    private TensorsRead() {}

    /** Names of the tensors in their files, in the order of the formulas, each once. */
    static Set<String> by(List<Operation> operations) {
        Set<String> names = new LinkedHashSet<>();
        add(operations, names);
        return names;
    }

    private static void add(Object part, Set<String> names) {
        switch (part) {
            case TensorRef tensor -> names.add(tensor.name());
            case Collection<?> parts -> parts.forEach(each -> add(each, names));
            case Record record -> {
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    add(value(record, component), names);
                }
            }
            default -> {}
        }
    }

    private static Object value(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " of a public record of the plan cannot be read", e);
        }
    }
}
