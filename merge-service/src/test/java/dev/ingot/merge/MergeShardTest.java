package dev.ingot.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.LowRankDelta;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.pipeline.plan.Assertion.AllFinite;
import dev.ingot.pipeline.plan.Assertion.MirrorEqualsBase;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Factor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.pipeline.work.StageResult.NamedObject;
import dev.ingot.pipeline.work.StageResult.TensorFact;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MergeShardTest {
    private static final MergeConfig PLAIN = new MergeConfig(2, Tile.ELEMENTS);

    private final SmallMerge small = new SmallMerge();

    @ParameterizedTest
    @CsvSource({
        "F16, F16, 1, 1, 1", "F16, F16, 3, 5, 513", "BF16, BF16, 16, 7, 1025", "BF16, F16, 64, 33, 100",
        "F16, BF16, 16, 8, 1023", "F32, F32, 2, 4, 512", "F32, BF16, 5, 9, 511", "F16, F16, 16, 2, 5000"
    })
    void aMergedTensorHasTheBytesOfTheReference(DType dtype, DType out, int rank, int rows, int columns)
            throws Exception {
        float[] weight = SmallMerge.rounded(dtype, SmallMerge.gaussian(1, rows * columns, 0.05f));
        float[] left = SmallMerge.gaussian(2, rows * rank, 0.1f);
        float[] right = SmallMerge.gaussian(3, rank * columns, 0.1f);
        Value base = small.base("w", dtype, Shape.of(rows, columns), weight);
        small.output("w", out, base, lowRank(rows, columns, rank, 0.7f, left, right));
        MergedShard merged = small.merge(new MergeConfig(2, 1024));
        LowRankDelta.add(weight, left, right, rows, rank, columns, 0.7f);
        assertArrayEquals(SmallMerge.encode(out, weight), bytes(merged, "w"));
    }

    @Test
    void aTransposedFactorIsReadTheOtherWayRound() throws Exception {
        float[] weight = SmallMerge.rounded(DType.F16, SmallMerge.gaussian(1, 6 * 5, 1));
        float[] left = SmallMerge.gaussian(2, 6 * 2, 1);
        float[] right = SmallMerge.gaussian(3, 2 * 5, 1);
        TensorRef storedLeft = small.tensor(InputRole.ADAPTER, "a", DType.F32, Shape.of(2, 6), transposed(left, 6, 2));
        TensorRef storedRight =
                small.tensor(InputRole.ADAPTER, "b", DType.F32, Shape.of(5, 2), transposed(right, 2, 5));
        small.output(
                "w",
                DType.F16,
                small.base("w", DType.F16, Shape.of(6, 5), weight),
                new AddLowRank(new Factor(storedLeft, true), new Factor(storedRight, true), 2, 1.5f));
        MergedShard merged = small.merge(PLAIN);
        LowRankDelta.add(weight, left, right, 6, 2, 5, 1.5f);
        assertArrayEquals(SmallMerge.encode(DType.F16, weight), bytes(merged, "w"));
    }

    @Test
    void severalDeltasAreAddedInOrderBeforeTheOneRounding() throws Exception {
        float[] weight = SmallMerge.rounded(DType.BF16, SmallMerge.gaussian(1, 12, 1));
        float[] left = SmallMerge.gaussian(2, 4, 1);
        float[] right = SmallMerge.gaussian(3, 3, 1);
        Value base = small.base("w", DType.BF16, Shape.of(4, 3), weight);
        small.output("w", DType.BF16, base, lowRank(4, 3, 1, 1, left, right), lowRank(4, 3, 1, -0.5f, left, right));
        MergedShard merged = small.merge(PLAIN);
        LowRankDelta.add(weight, left, right, 4, 1, 3, 1);
        LowRankDelta.add(weight, left, right, 4, 1, 3, -0.5f);
        assertArrayEquals(SmallMerge.encode(DType.BF16, weight), bytes(merged, "w"));
    }

    @Test
    void theFileIsTheSameForAnyTilingAndAnyNumberOfThreads() throws Exception {
        severalTensors();
        byte[] expected = null;
        for (int tile : new int[] {512, 1000, 4096, Tile.ELEMENTS}) {
            for (int threads : new int[] {1, 2, 5}) {
                byte[] file = small.content(
                        small.merge(new MergeConfig(threads, tile)).object().key());
                expected = expected == null ? file : expected;
                assertArrayEquals(expected, file, tile + " elements, " + threads + " threads");
            }
        }
    }

    @Test
    void anUntouchedTensorIsCopiedByteForByteWhateverItsDType() throws Exception {
        byte[] noise = new byte[70_001];
        new java.util.Random(5).nextBytes(noise);
        Shape shape = Shape.of(noise.length);
        TensorRef ref = new TensorRef(small.input(InputRole.BASE, "x", noise), "x", DType.I8, shape, 0, noise.length);
        small.output("x", DType.I8, new Stored(ref, DType.I8));
        MergedShard merged = small.merge(new MergeConfig(3, 600));
        assertArrayEquals(noise, bytes(merged, "x"));
        TensorFact fact = merged.tensors().getFirst();
        CRC32C crc = new CRC32C();
        crc.update(noise);
        assertEquals(HexFormat.of().toHexDigits((int) crc.getValue()), fact.digest());
        assertEquals(fact.digest(), fact.sourceDigest());
    }

    @Test
    void anotherDTypeIsOneMoreRounding() throws Exception {
        float[] values = SmallMerge.rounded(DType.F16, SmallMerge.gaussian(1, 2000, 1));
        small.output("w", DType.BF16, small.base("w", DType.F16, Shape.of(20, 100), values));
        assertArrayEquals(SmallMerge.encode(DType.BF16, values), bytes(small.merge(PLAIN), "w"));
    }

    @Test
    void theFactsSayHowMuchOfTheDeltaRoundingTook() throws Exception {
        int rows = 40;
        int columns = 600;
        float[] weight = SmallMerge.rounded(DType.BF16, SmallMerge.gaussian(1, rows * columns, 1));
        float[] left = SmallMerge.gaussian(2, rows, 0.01f);
        float[] right = SmallMerge.gaussian(3, columns, 0.1f);
        Value base = small.base("w", DType.BF16, Shape.of(rows, columns), weight);
        small.output("w", DType.BF16, base, lowRank(rows, columns, 1, 2, left, right));
        TensorFact fact = small.merge(PLAIN).tensors().getFirst();
        double w = 0;
        double d = 0;
        double l = 0;
        for (int i = 0; i < weight.length; i++) {
            double delta = (double) 2 * left[i / columns] * right[i % columns];
            double lost = weight[i] + delta - Rounding.to(DType.BF16, (float) (weight[i] + delta));
            w += (double) weight[i] * weight[i];
            d += delta * delta;
            l += lost * lost;
        }
        assertEquals(Math.sqrt(w), fact.weightNorm(), 1e-5 * Math.sqrt(w));
        assertEquals(Math.sqrt(d), fact.deltaNorm(), 1e-3 * Math.sqrt(d));
        assertEquals(Math.sqrt(l), fact.lostNorm(), 1e-3 * Math.sqrt(l));
        assertTrue(fact.touched());
        assertEquals("", fact.sourceDigest());
    }

    @Test
    void provenanceGivesSha256OfEveryValueAndOutput() throws Exception {
        small.withProvenance();
        float[] weight = SmallMerge.rounded(DType.F16, SmallMerge.gaussian(1, 3000, 1));
        Value base = small.base("w", DType.F16, Shape.of(3, 1000), weight);
        small.output("w", DType.F16, base, lowRank(3, 1000, 1, 1, new float[] {1, 2, 3}, new float[1000]));
        MergedShard merged = small.merge(new MergeConfig(2, 512));
        TensorFact fact = merged.tensors().getFirst();
        assertEquals(sha256(SmallMerge.encode(DType.F16, weight)), fact.sourceDigest());
        assertEquals(fact.sourceDigest(), fact.digest(), "the delta is zero");
        assertEquals(
                sha256(small.content(merged.object().key())), merged.object().sha256());
    }

    @ParameterizedTest
    @CsvSource({
        "F16, 60000, 6000, merge.float16-overflow",
        "BF16, 3.3e38, 3.3e38, plan.says-so",
        "BF16, NaN, 1, base.non-finite",
        "F16, -Infinity, 1, base.non-finite",
        "F16, 1, NaN, adapter.non-finite",
        "F32, 1, Infinity, adapter.non-finite"
    })
    void whatIsNoFiniteNumberEndsTheRunByItsCause(DType dtype, float weight, float factor, String code) {
        float[] values = new float[1200];
        values[1100] = weight;
        small.assertions.add(new AllFinite("plan.says-so"));
        Value base = small.base("w", dtype, Shape.of(2, 600), values);
        float[] right = new float[600];
        right[500] = factor;
        small.output("w", dtype, base, lowRank(2, 600, 1, 1, new float[] {0, 1}, right));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> small.merge(PLAIN));
        assertEquals(code, refused.code());
        assertTrue(refused.getMessage().contains(code.startsWith("adapter") ? "right" : "w"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"F16", "BF16", "F32"})
    void aCopiedTensorIsLookedAtTooWhereThePlanAssertsFiniteValues(DType dtype) throws Exception {
        float[] values = new float[3001];
        values[3000] = Float.NaN;
        small.output("w", dtype, small.base("w", dtype, Shape.of(3001), values));
        assertEquals(1, small.merge(PLAIN).tensors().size());
        small.assertions.add(new AllFinite("merge.non-finite"));
        assertEquals(
                "base.non-finite",
                assertThrows(RefusedInput.class, () -> small.merge(PLAIN)).code());
    }

    @ParameterizedTest
    @CsvSource({
        "F32, F32, F16, 65519, ''",
        "F32, F32, F16, 65520, base.float16-overflow",
        "BF16, BF16, F16, -70000, base.float16-overflow",
        "F32, F32, BF16, 3.4e38, base.bfloat16-overflow",
        "F32, F16, F16, 65520, base.float16-overflow",
        "F32, F16, BF16, 65520, base.float16-overflow",
        "F32, F16, F32, Infinity, base.non-finite",
        "BF16, BF16, F16, NaN, base.non-finite"
    })
    void aConversionThatOverflowsIsRefusedByName(DType stored, DType recorded, DType written, float value, String code)
            throws Exception {
        float[] values = new float[1300];
        values[1201] = value;
        TensorRef tensor = small.tensor(InputRole.BASE, "w", stored, Shape.of(2, 650), values);
        small.assertions.add(new AllFinite("plan.says-so"));
        small.output("w", written, new Stored(tensor, recorded));
        if (code.isEmpty()) {
            assertEquals(1, small.merge(PLAIN).tensors().size());
            return;
        }
        RefusedInput refused = assertThrows(RefusedInput.class, () -> small.merge(PLAIN));
        assertEquals(code, refused.code());
        if (code.endsWith("overflow")) {
            assertTrue(refused.getMessage().startsWith("Row 1, column 551 of w is "), refused.getMessage());
            assertTrue(
                    refused.remedy().contains(written == DType.BF16 && recorded == DType.F32 ? "float32" : "bfloat16"));
        }
    }

    @Test
    void largeFiniteValuesWhoseSquaresOverflowAreNotMistakenForInfinities() throws Exception {
        float[] values = {3e38f, -3e38f, 1e30f, 0};
        Value base = small.base("w", DType.F32, Shape.of(1, 4), values);
        small.output("w", DType.BF16, base, lowRank(1, 4, 1, 1, new float[] {1e18f}, new float[] {1e18f, 0, 0, 0}));
        assertEquals(1, small.merge(PLAIN).tensors().size());
    }

    @Test
    void aMirrorThatDiffersIsNotedAndTaken() throws Exception {
        float[] copy = {1, 2, 3, 4};
        Value base = small.base("embed", DType.F16, Shape.of(2, 2), 1, 2, 3, 5);
        TensorRef mirror = small.tensor(InputRole.ADAPTER, "mirror", DType.F32, Shape.of(2, 2), copy);
        small.output("embed", DType.F16, new Stored(mirror, DType.F16));
        small.assertions.add(new MirrorEqualsBase("embed", mirror, base));
        MergedShard merged = small.merge(PLAIN);
        assertArrayEquals(SmallMerge.encode(DType.F16, copy), bytes(merged, "embed"));
        assertEquals(
                List.of("The adapter's copy of embed differs from the base in 1 of 4 values;"
                        + " the merged model has the adapter's."),
                merged.notes());
    }

    @Test
    void anInputThatChangedSincePlanningIsRefused() {
        small.output("w", DType.F16, small.base("w", DType.F16, Shape.of(2), 1, 2));
        small.tamper("w", SmallMerge.encode(DType.F16, 1, 3));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> small.merge(PLAIN));
        assertEquals("input.changed", refused.code());
    }

    @Test
    void theFirstShardBringsConfigIndexAndCarriedFiles() throws Exception {
        severalTensors();
        byte[] tokenizer = new byte[600_000];
        Arrays.fill(tokenizer, (byte) 'x');
        small.carried.add(new CarriedFile(small.input(InputRole.BASE, "tokenizer.json", tokenizer), "tokenizer.json"));
        small.carried.add(new CarriedFile(small.input(InputRole.BASE, "odd name", new byte[] {1}), "odd name"));
        Plan plan = small.plan(2);
        MergedShard first = small.merge(plan, 1, PLAIN);
        assertEquals(
                List.of("config.json", "model.safetensors.index.json", "tokenizer.json", "odd name"),
                first.files().stream().map(NamedObject::path).toList());
        assertArrayEquals(tokenizer, small.content(first.files().get(2).object().key()));
        byte[] index = small.content(first.files().get(1).object().key());
        assertEquals(
                plan.shards().stream().mapToLong(shard -> shard.bytes()).sum(),
                Json.parseObject(index, "index")
                        .object("metadata")
                        .orElseThrow()
                        .integer("total_size")
                        .orElseThrow());
        assertEquals(List.of(), small.merge(plan, 2, PLAIN).files());
    }

    private void severalTensors() {
        float[] weight = SmallMerge.gaussian(1, 37 * 1100, 0.05f);
        Value base = small.base("w", DType.BF16, Shape.of(37, 1100), weight);
        small.output("norm", DType.F32, small.base("norm", DType.F32, Shape.of(1100), new float[1100]));
        small.output(
                "w",
                DType.BF16,
                base,
                lowRank(37, 1100, 6, 2, SmallMerge.gaussian(2, 37 * 6, 1), SmallMerge.gaussian(3, 6 * 1100, 1)));
        small.output("empty", DType.F16, small.base("empty", DType.F16, Shape.of(0, 4)));
        small.output("converted", DType.F16, small.base("c", DType.BF16, Shape.of(3, 701), new float[2103]));
    }

    private AddLowRank lowRank(int rows, int columns, int rank, float scale, float[] left, float[] right) {
        int n = small.outputs.size() * 10 + small.plan(1).inputs().size();
        TensorRef a = small.tensor(InputRole.ADAPTER, "left" + n, DType.F32, Shape.of(rows, rank), left);
        TensorRef b = small.tensor(InputRole.ADAPTER, "right" + n, DType.F32, Shape.of(rank, columns), right);
        return new AddLowRank(new Factor(a, false), new Factor(b, false), rank, scale);
    }

    private byte[] bytes(MergedShard merged, String tensor) throws Exception {
        byte[] file = small.content(merged.object().key());
        try (var open = small.store.open(merged.object().key()).orElseThrow()) {
            TensorEntry entry = SafetensorsFile.read(open).tensors().stream()
                    .filter(found -> found.name().equals(tensor))
                    .findFirst()
                    .orElseThrow();
            return Arrays.copyOfRange(file, (int) entry.offset(), (int) (entry.offset() + entry.length()));
        }
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] transposed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            transposed[i % columns * rows + i / columns] = values[i];
        }
        return transposed;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
