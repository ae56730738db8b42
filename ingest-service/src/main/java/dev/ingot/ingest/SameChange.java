package dev.ingot.ingest;

import dev.ingot.pipeline.plan.Arrangement.RowsReplaced;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Become;
import java.io.IOException;
import java.util.List;

/** Tells whether training did the same to both ends, which PEFT then saved once for each. */
record SameChange(AdapterTensors tensors) {

    boolean same(ParameterChange a, ParameterChange b) throws IOException {
        boolean replaced = a.replacement().isPresent();
        if (replaced != b.replacement().isPresent()
                || a.operations().size() != b.operations().size()) {
            return false;
        }
        return (!replaced
                        || tensors.equal(
                                a.replacement().orElseThrow(), b.replacement().orElseThrow()))
                && same(a.operations(), b.operations());
    }

    private boolean same(List<Operation> a, List<Operation> b) throws IOException {
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** An embedding's delta is rounded and a head's is not; that is no difference of training. */
    private boolean same(Operation a, Operation b) throws IOException {
        if (a instanceof AddLowRank one && b instanceof AddLowRank other) {
            return one.scale() == other.scale()
                    && one.rank() == other.rank()
                    && tensors.equal(one.left(), other.left())
                    && tensors.equal(one.right(), other.right());
        }
        return a instanceof Become one
                && b instanceof Become other
                && one.result() instanceof RowsReplaced(Base ignored, List<Integer> ids, Tensor rows)
                && other.result() instanceof RowsReplaced(Base ofOther, List<Integer> otherIds, Tensor otherRows)
                && ids.equals(otherIds)
                && tensors.equal(rows.tensor(), otherRows.tensor());
    }
}
