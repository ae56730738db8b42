package dev.ingot.merge;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.Assertion.AllFinite;
import dev.ingot.pipeline.plan.OutputTensor;
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

    /**
     * The value is finite in its file, but not in the dtype that it is recorded in: training saw infinities.
     *
     * @param found the value, or what is known of it
     */
    RefusedInput recorded(String tensor, DType dtype, long row, long column, String found, boolean ofAdapter) {
        return new RefusedInput(
                (ofAdapter ? "adapter." : "base.") + overflow(dtype),
                "Row %d, column %d of %s is %s than %s can hold, which the base records for it: its largest number is %s."
                        .formatted(
                                row,
                                column,
                                tensor,
                                found.startsWith("larger") ? found : found + ", more",
                                dtype.torchName(),
                                largest(dtype)),
                "take the base in " + wider(dtype) + ", or quantize it again from there: no other --dtype helps");
    }

    /** The value is finite; with the deltas, or as rounded to the output's dtype, it is not. */
    RefusedInput result(OutputTensor tensor, long row, long column, float merged) {
        DType dtype = tensor.dtype();
        if (dtype != DType.F32 && Float.isFinite(merged)) {
            return new RefusedInput(
                    (tensor.isUntouched() ? "base." : "merge.") + overflow(dtype),
                    "Row %d, column %d of %s is %s, which %s cannot hold: its largest number is %s."
                            .formatted(row, column, tensor.name(), merged, dtype.torchName(), largest(dtype)),
                    (tensor.isUntouched() ? "write it" : "merge") + " with --dtype " + wider(dtype));
        }
        return new RefusedInput(
                code,
                "Row %d, column %d of %s is %s after the merge; expected a finite number in %s."
                        .formatted(row, column, tensor.name(), merged, dtype.torchName()),
                "check the adapter's scale and that it was trained on this base");
    }

    /** The end of the code: {@code float16-overflow}. */
    private static String overflow(DType dtype) {
        return dtype.torchName() + "-overflow";
    }

    private static String wider(DType dtype) {
        return dtype == DType.F16 ? "bfloat16" : "float32";
    }

    private static String largest(DType dtype) {
        return dtype == DType.F16 ? "65504" : "3.3895314e38";
    }
}
