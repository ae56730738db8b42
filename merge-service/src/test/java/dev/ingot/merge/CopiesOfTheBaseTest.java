package dev.ingot.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.PackedCopy;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Assertion.CopyEqualsBase;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.Transposed;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.work.StageResult.CopyFact;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopiesOfTheBaseTest {
    private static final MergeConfig CONFIG = new MergeConfig(1, 1 << 12);

    private final SmallMerge small = new SmallMerge();

    private CopyFact merged(DType written, float[] copy, boolean refused) throws Exception {
        Value base = small.base("norm", DType.BF16, Shape.of(4), 1, 2, 3, -4);
        TensorRef mirror = small.tensor(InputRole.ADAPTER, "copy", DType.F32, Shape.of(4), copy);
        small.output("norm", written, base);
        small.assertions.add(new CopyEqualsBase("norm", mirror, base, false, refused));
        MergedShard shard = small.merge(CONFIG);
        List<CopyFact> copies = shard.copies();
        return copies == null ? new CopyFact("", "", 0, 0, 0, 0, "none") : copies.getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"BF16", "F32"})
    void aCopyThatWasWidenedOrRoundsToTheBaseIsEqual(String written) throws Exception {
        CopyFact fact = merged(DType.valueOf(written), new float[] {1, 2.001f, 3, -4}, true);
        assertTrue(fact.isEqual(), fact.text());
        assertEquals(4, fact.compared());
    }

    @Test
    void aDifferenceEndsTheRunAndSaysHowFar() {
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> merged(DType.BF16, new float[] {1, 2.5f, 3, -4}, true));
        assertEquals("adapter.mirror-drift", refused.code());
        assertTrue(refused.getMessage().contains("norm in 1 of 4 values, by 0.500 at most, 0.091 of its norm"));
    }

    @Test
    void aDifferenceIsToldWhereTheBaseCounts() throws Exception {
        CopyFact fact = merged(DType.BF16, new float[] {1, 2.5f, 3, -4}, false);
        assertEquals(1, fact.differing());
        assertEquals("other weights", fact.reading());
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 8192, 4096 + 32})
    void packedBytesAreThoseOfTheBaseQuantizedAgain(int elements) throws Exception {
        Packed packed = new Packed(small, elements, false);
        TensorRef copy = packed.copy(packed.bytes);
        assertArrayEquals(new long[] {0}, packed.compare(copy, 1 << 10).differing());
        packed.bytes[5] ^= 0x11;
        CopySums changed = packed.compare(packed.copy(packed.bytes), 1000);
        assertArrayEquals(new long[] {2}, changed.differing());
        assertEquals(2L * packed.bytes.length, changed.compared());
    }

    @Test
    void aTransposedBaseIsQuantizedAsItWasLoaded() throws Exception {
        Packed packed = new Packed(small, 96 * 32, true);
        assertArrayEquals(
                new long[] {0}, packed.compare(packed.copy(packed.bytes), 500).differing());
    }

    @Test
    void sharesOfDifferingNibblesAreExplained() throws Exception {
        Packed packed = new Packed(small, 64, false);
        PackedComparison comparison = packed.comparison(packed.copy(packed.bytes));
        assertEquals("", comparison.reading(0));
        assertEquals("as of the same weights loaded in another dtype", comparison.reading(0.004));
        assertEquals("as of another revision of the base", comparison.reading(0.03));
        assertEquals("as of unrelated weights", comparison.reading(0.93));
        assertEquals("nf4-double", comparison.scheme());
        assertEquals(PackedCopy.BYTES, comparison.best(new long[] {3}));
    }

    /** A base in bfloat16, and what bitsandbytes packs it to. */
    private static final class Packed {
        private final SmallMerge small;
        private final Value value;
        private final byte[] bytes;

        Packed(SmallMerge small, int elements, boolean transposed) {
            this.small = small;
            Random random = new Random(elements);
            int columns = transposed ? 32 : elements;
            int rows = elements / columns;
            float[] stored = new float[elements];
            float[] seen = new float[elements];
            for (int i = 0; i < elements; i++) {
                stored[i] = Rounding.to(DType.BF16, (float) random.nextGaussian());
                seen[i % columns * rows + i / columns] = stored[i];
            }
            this.bytes = new byte[Math.ceilDiv(elements, 2)];
            float[] absmax = new float[Math.ceilDiv(elements, 64)];
            FourBitQuantization.quantize(
                    FourBitCode.named("nf4"), transposed ? seen : stored, 64, bytes, absmax, elements);
            Value base = small.base("base", DType.BF16, Shape.of(rows, columns), stored);
            this.value = transposed
                    ? new Transposed(new Quantized4Bit(new Transposed(base), "nf4", 64, true))
                    : new Quantized4Bit(base, "nf4", 64, true);
        }

        TensorRef copy(byte[] content) {
            String name = "copy-" + small.plan(1).inputs().size();
            int file = small.input(InputRole.ADAPTER, name, content.clone());
            return new TensorRef(file, name, DType.U8, Shape.of(content.length, 1), 0, content.length);
        }

        PackedComparison comparison(TensorRef copy) throws Exception {
            return new PackedComparison(copy, value, new PlainTiles(small.opened()));
        }

        /** All of it, in stretches that are no whole blocks. */
        CopySums compare(TensorRef copy, int stretch) throws Exception {
            PackedComparison comparison = comparison(copy);
            CopySums sums = CopySums.ZERO;
            long elements = value.shape().elements();
            for (long at = 0; at < elements; at += stretch) {
                sums = sums.plus(comparison.compare(at, (int) Math.min(stretch, elements - at)));
            }
            return sums;
        }
    }
}
