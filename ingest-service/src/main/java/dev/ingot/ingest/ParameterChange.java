package dev.ingot.ingest;

import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arrangement.RowsReplaced;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the adapter does to one parameter: first a replacement, if there is one, then the operations.
 *
 * @param mirror whether the replacement is PEFT's own copy of the parameter that it wraps, which as a rule equals the base
 */
record ParameterChange(Optional<TensorRef> replacement, boolean mirror, List<Operation> operations) {
    static final ParameterChange NONE = new ParameterChange(Optional.empty(), false, List.of());

    ParameterChange {
        operations = List.copyOf(operations);
    }

    /** With one more operation. */
    ParameterChange then(Operation operation) {
        List<Operation> more = new ArrayList<>(operations);
        more.add(operation);
        return new ParameterChange(replacement, mirror, more);
    }

    boolean isNothing() {
        return replacement.isEmpty() && operations.isEmpty();
    }

    /** Whether single rows were trained and nothing else. */
    boolean isRowsOnly() {
        return replacement.isEmpty()
                && !operations.isEmpty()
                && operations.stream().allMatch(ParameterChange::replacesRows);
    }

    /** Whether something is added to the parameter and none of it is put in another's place. */
    boolean isDeltaOnly() {
        return replacement.isEmpty()
                && !operations.isEmpty()
                && operations.stream().noneMatch(ParameterChange::replacesRows);
    }

    /** The same on top of another's rows, which were rounded when they took their place in the weight. */
    ParameterChange onRowsOf(ParameterChange rows) {
        List<Operation> all = new ArrayList<>();
        for (Operation operation : rows.operations) {
            all.add(operation instanceof Become(Matrix result) ? new Become(new Rounded(result)) : operation);
        }
        all.addAll(operations);
        return new ParameterChange(replacement, mirror, all);
    }

    /** Whether the last thing done is to replace single rows. */
    boolean endsInRows() {
        return !operations.isEmpty() && replacesRows(operations.getLast());
    }

    /** What comes before single rows are replaced. */
    ParameterChange withoutRows() {
        List<Operation> others = operations.stream()
                .filter(operation -> !replacesRows(operation))
                .toList();
        return new ParameterChange(replacement, mirror, others);
    }

    private static boolean replacesRows(Operation operation) {
        return operation instanceof Become become && become.result() instanceof RowsReplaced;
    }
}
