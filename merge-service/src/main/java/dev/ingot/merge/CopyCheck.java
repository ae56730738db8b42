package dev.ingot.merge;

import dev.ingot.arithmetic.PackedCopy;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.Assertion.CopyEqualsBase;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.work.StageResult.CopyFact;
import java.io.IOException;
import java.util.Optional;

/** Holds one of a training checkpoint's copies against the base, a tile at a time. Safe for several threads. */
final class CopyCheck {
    private final CopyEqualsBase assertion;
    private final boolean taken;
    private final PlainTiles files;
    private final Optional<PackedComparison> packed;

    /**
     * @param taken whether the output's value is made of the copy, and not of the base
     * @param files reads what the plan names
     */
    CopyCheck(CopyEqualsBase assertion, boolean taken, PlainTiles files) {
        this.assertion = assertion;
        this.taken = taken;
        this.files = files;
        this.packed = assertion.packed()
                ? Optional.of(new PackedComparison(assertion.copy(), assertion.base(), files))
                : Optional.empty();
    }

    /**
     * Compares a tile.
     *
     * @param values of the base, from {@code first} on
     */
    CopySums compare(long first, float[] values, int count) throws IOException {
        return packed.isPresent() ? packed.get().compare(first, count) : numbers(first, values, count);
    }

    private CopySums numbers(long first, float[] values, int count) throws IOException {
        DType dtype = assertion.base().dtype();
        long from = Math.max(first, assertion.first());
        long to = Math.min(
                first + count, assertion.first() + assertion.copy().shape().elements());
        int compared = Math.toIntExact(Math.max(0, to - from));
        float[] copy = new float[compared];
        if (compared > 0) {
            files.floats(
                    new Stored(assertion.copy(), assertion.copy().dtype()), from - assertion.first(), copy, compared);
        }
        long[] differing = new long[3];
        double largest = 0;
        double difference = 0;
        double base = 0;
        for (int i = 0; i < compared; i++) {
            float value = values[(int) (from - first) + i];
            base += (double) value * value;
            if (copy[i] == value || Rounding.to(dtype, copy[i]) == value) {
                continue;
            }
            double apart = Math.abs((double) copy[i] - value);
            largest = Math.max(largest, apart);
            difference += apart * apart;
            differing[0]++;
            differing[1] += copy[i] == Rounding.to(DType.BF16, value) ? 0 : 1;
            differing[2] += copy[i] == Rounding.to(DType.F16, value) ? 0 : 1;
        }
        return new CopySums(compared, differing, largest, difference, base);
    }

    /** What was found, once every tile was compared; RefusedInput {@code adapter.packed-destroyed} where the packed bytes were lost to a cast. */
    CopyFact fact(CopySums sums) {
        if (packed.isEmpty()) {
            double relative = sums.base() == 0 ? 0 : Math.sqrt(sums.difference() / sums.base());
            return new CopyFact(
                    assertion.output(),
                    "",
                    sums.compared(),
                    sums.differing()[0],
                    sums.largest(),
                    relative,
                    reading(sums.differing()));
        }
        PackedCopy best = packed.get().best(sums.differing());
        if (!best.intact() && (taken || assertion.refused())) {
            throw new RefusedInput(
                    "adapter.packed-destroyed",
                    "%s of the checkpoint is a packed 4-bit weight whose storage was rounded to the training engine's dtype: its numbers are those of the packed base after that rounding, and its bytes are lost."
                            .formatted(assertion.copy().name()),
                    "train with bnb_4bit_quant_storage of uint8 or the engine's dtype; --mirrors base merges without the proof");
        }
        long differing = sums.differing()[packed.get().readings().indexOf(best)];
        return new CopyFact(
                assertion.output(),
                packed.get().scheme(),
                sums.compared(),
                differing,
                0,
                0,
                best.intact()
                        ? packed.get().reading((double) differing / sums.compared())
                        : "its storage was rounded to the training engine's dtype, which destroyed it");
    }

    private static String reading(long[] differing) {
        if (differing[0] == 0) {
            return "";
        }
        if (differing[1] == 0) {
            return "it is the base rounded to bfloat16, as the training engine held it";
        }
        return differing[2] == 0
                ? "it is the base rounded to float16, as the training engine held it"
                : "other weights";
    }

    boolean refused() {
        return assertion.refused();
    }
}
