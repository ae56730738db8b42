package dev.ingot.merge;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.Assertion.AllFinite;
import dev.ingot.pipeline.plan.Plan;
import java.util.List;

/**
 * How a value that is no finite number ends the run.
 *
 * @param asserted whether the plan wants every output looked at, copied ones included
 * @param code for what only the merge made non-finite
 */
record Refusals(boolean asserted, String code) {
    static Refusals of(Plan plan) {
        List<Assertion> assertions = plan.assertions();
        for (Assertion assertion : assertions) {
            if (assertion instanceof AllFinite finite) {
                return new Refusals(true, finite.code());
            }
        }
        return new Refusals(false, "merge.non-finite");
    }

    /** The value before any operation is at fault. */
    RefusedInput source(String tensor, boolean ofAdapter) {
        return ofAdapter
                ? new RefusedInput(
                        "adapter.non-finite",
                        "The adapter's value of " + tensor + " holds an infinity or a NaN; expected finite numbers.",
                        "take an earlier checkpoint of the training run: this one has diverged")
                : new RefusedInput(
                        "base.non-finite",
                        "The base's value of " + tensor + " holds an infinity or a NaN; expected finite numbers.",
                        "download the base again, or take another base: this one is damaged");
    }

    /** Base and adapter are finite, their sum in float32, or as rounded to {@code dtype}, is not. */
    RefusedInput result(String tensor, DType dtype, long row, long column, float merged) {
        if (dtype == DType.F16 && Float.isFinite(merged)) {
            return new RefusedInput(
                    "merge.float16-overflow",
                    "Row %d, column %d of %s is %s, which float16 cannot hold: its largest number is 65504."
                            .formatted(row, column, tensor, merged),
                    "merge with --dtype bfloat16");
        }
        return new RefusedInput(
                code,
                "Row %d, column %d of %s is %s after the merge; expected a finite number in %s."
                        .formatted(row, column, tensor, merged, dtype.torchName()),
                "check the adapter's scale and that it was trained on this base");
    }
}
