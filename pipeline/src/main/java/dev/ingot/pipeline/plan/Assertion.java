package dev.ingot.pipeline.plan;

import dev.ingot.pipeline.codec.WhenAbsent;

/** What headers cannot decide; checked by merge while the bytes pass, with its outcomes already written here. */
public sealed interface Assertion {
    /** All values of the output are finite; otherwise the run is refused with {@code code}. Holds for every output of the plan. */
    record AllFinite(String code) implements Assertion {}

    /**
     * An adapter's own copy of a base tensor equals the base. The output takes the adapter's copy either way, as PEFT does; a difference is
     * noted in the report.
     *
     * @param output whose value the copy is
     */
    record MirrorEqualsBase(String output, TensorRef mirror, Value base) implements Assertion {}

    /**
     * A training checkpoint's copy of a base tensor equals the base, which the output takes either way. A copy of numbers is equal where it is the base's
     * value, or becomes it when rounded to the base's dtype; a packed one where its bytes are those of the packed base, or of the base quantized again.
     *
     * @param output whose value the copy is of, or part of: a model in training may have the value in another layout
     * @param packed whether the copy holds packed bytes; {@code base} is then a 4-bit value
     * @param refused whether a difference ends the run; otherwise the report has it
     * @param first element of the value that is the copy's first; the others follow
     */
    record CopyEqualsBase(
            String output,
            TensorRef copy,
            Value base,
            boolean packed,
            boolean refused,
            @WhenAbsent("0") long first) implements Assertion {
        /** Of the whole value. */
        public CopyEqualsBase(String output, TensorRef copy, Value base, boolean packed, boolean refused) {
            this(output, copy, base, packed, refused, 0);
        }
    }
}
