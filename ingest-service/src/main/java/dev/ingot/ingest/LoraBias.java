package dev.ingot.ingest;

import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.TensorRef;

/** What {@code lora_bias} adds to the bias of a module. */
final class LoraBias {
    private LoraBias() {}

    /** {@code b + s · added}, both of {@code count} elements. */
    static Operation sum(TensorRef added, int count, float scale) {
        return new Become(new Sum(new Base(1, count), new Scaled(new Tensor(added, 1, count), scale)));
    }
}
