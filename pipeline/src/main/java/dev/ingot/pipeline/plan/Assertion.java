package dev.ingot.pipeline.plan;

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
}
