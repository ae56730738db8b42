package dev.ingot.checkpoint.quantized;

import static dev.ingot.checkpoint.quantized.TinyFile.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FourBitReaderTest {
    private static final String W = "model.layers.0.mlp.up_proj.weight";
    private static final String STATE = W + ".quant_state.bitsandbytes__nf4";

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"U8", "I8", "F16", "BF16", "F32", "F64"})
    void anyStorageIsReadByItsBytes(DType storage) throws IOException {
        FourBit found = only(new TinyFile().fourBit(W, "nf4", storage, 32, 64));

        assertEquals(Shape.of(32, 64), found.shape());
        assertEquals(DType.BF16, found.dtype());
        assertEquals(Set.of(), found.remarks());
        assertEquals(3, found.companions().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.layers.0.mlp.experts.gate_up_proj", "latents", "a.weight.b"})
    void aParameterMayHaveAnyNameAndRank(String name) throws IOException {
        assertEquals(
                Shape.of(4, 6, 16),
                only(new TinyFile().fourBit(name, "fp4", DType.U8, 4, 6, 16)).shape());
    }

    @Test
    void whatIsNotQuantizedIsLeftAlone() throws IOException {
        Map<String, QuantizedParameter> found = new TinyFile()
                .fourBit(W, "nf4", DType.U8, 2, 64)
                .with("model.layers.0.mlp.down_proj.weight", DType.BF16, 64, 2)
                .find();

        assertEquals(Set.of(W), found.keySet());
    }

    @Test
    void longerThanNeededIsAccepted() throws IOException {
        TinyFile file = new TinyFile()
                .fourBit(W, "nf4", DType.U8, 3, 7)
                .with(W, DType.U8, 32, 1)
                .with(W + ".absmax", DType.F32, 2);

        assertEquals(Shape.of(3, 7), only(file).shape());
    }

    @Test
    void oneOfBothMayBeLongerStillWhileTheOtherBearsTheShapeOut() throws IOException {
        assertEquals(Shape.of(32, 64), only(weight().with(W, DType.U8, 1040, 1)).shape());
        assertEquals(
                Shape.of(32, 64),
                only(weight().with(W + ".absmax", DType.F32, 37)).shape());
    }

    private static TinyFile weight() {
        return new TinyFile().fourBit(W, "nf4", DType.U8, 32, 64);
    }

    @Test
    void doubleQuantizationBringsItsTwoMoreTensors() throws IOException {
        FourBit found = only(new TinyFile().doubled(W, 512, 64));

        assertEquals(W + ".nested_absmax", found.nested().orElseThrow().absmax().name());
        assertEquals(5, found.companions().size());
    }

    @Test
    void aConv1dIsTransposed() throws IOException {
        FourBit found = only(new TinyFile()
                .config("{\"model_type\": \"gpt2\"}")
                .fourBit("transformer.h.0.attn.c_attn.weight", "nf4", DType.U8, 96, 32));

        assertEquals(Shape.of(96, 32), found.stored());
        assertEquals(Shape.of(32, 96), found.shape());
    }

    @Test
    void scalesThatInferenceOnACpuTransposedAreFound() throws IOException {
        FourBit found =
                only(new TinyFile().fourBit(W, "nf4", DType.U8, 32, 128).with(W + ".absmax", DType.BF16, 2, 32));

        assertEquals(Set.of(Remark.SCALES_TRANSPOSED), found.remarks());
    }

    @Test
    void aStorageTypeThatTheConfigDeniesIsNoted() throws IOException {
        FourBit found = only(new TinyFile()
                .config("{\"quantization_config\": {\"bnb_4bit_quant_storage\": \"uint8\"}}")
                .fourBit(W, "nf4", DType.BF16, 32, 64));

        assertEquals(Set.of(Remark.STORAGE_DISAGREES), found.remarks());
    }

    @Test
    void nestedScalesInSixteenBitAreNoted() throws IOException {
        TinyFile file = new TinyFile().doubled(W, 2, 64);

        assertEquals(
                Set.of(Remark.NESTED_SCALES_ROUNDED),
                only(file.text(STATE, doubled().replace("float32", "bfloat16"))).remarks());
    }

    @Test
    void membersThatNobodyKnowsAreNoted() throws IOException {
        TinyFile file = new TinyFile().fourBit(W, "nf4", DType.U8, 2, 64);

        assertEquals(
                Set.of(Remark.UNKNOWN_STATE),
                only(file.text(STATE, state("nf4", 2, 64).replace("}", ", \"packing\": 1}")))
                        .remarks());
    }

    @Test
    void aCodeMapThatDiffersInTheLastDigitsIsNoted() throws IOException {
        TinyFile file = new TinyFile().fourBit(W, "nf4", DType.U8, 2, 64);

        assertEquals(
                Set.of(Remark.CODE_MAP_DIFFERS),
                only(file.hex(W + ".quant_map", TinyFile.NF4.replace("bf3239b1", "bf3239b0")))
                        .remarks());
    }

    @Test
    void negativeZeroInTheCodeMapOfFp4IsTheSameMap() throws IOException {
        TinyFile file = new TinyFile().fourBit(W, "fp4", DType.U8, 2, 64);
        String other = "80000000" + TinyFile.FP4.substring(8);

        assertEquals(Set.of(), only(file.hex(W + ".quant_map", other)).remarks());
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 64})
    void aShapeThatTheFileOmitsComesFromTheBias(long rows) throws IOException {
        FourBit found = only(new TinyFile()
                .fourBit(W, "nf4", DType.U8, rows, 65)
                .text(STATE, state("nf4").replace("[]", "null"))
                .with(W.replace(".weight", ".bias"), DType.BF16, rows));

        assertEquals(Shape.of(rows, 65), found.shape());
        assertTrue(found.remarks().contains(Remark.SHAPE_FROM_BIAS));
    }

    @Test
    void theOrderOfNibblesIsTheRequests() throws IOException {
        TinyFile file = new TinyFile().fourBit(W, "nf4", DType.U8, 2, 64);

        assertFalse(only(file).lowNibbleFirst());
        FourBit swapped = (FourBit) file.find(true).get(W);
        assertTrue(swapped.lowNibbleFirst() && swapped.remarks().contains(Remark.LOW_NIBBLE_FIRST));
    }

    @Test
    void aRemarkIsOneSentenceForAllTensorsThatHaveIt() throws IOException {
        TinyFile file = new TinyFile().fourBit("a.weight", "nf4", DType.U8, 2, 64);
        file.fourBit("b.weight", "nf4", DType.U8, 2, 64);

        var sentences = Remark.sentences(file.find(true).values());
        assertEquals(1, sentences.size());
        assertTrue(sentences.getFirst().startsWith("a.weight of the base, like 1 more tensors, was read"));
    }

    private static String doubled() {
        return doubled(2);
    }

    private static String doubled(long rows) {
        return state("nf4", rows, 64)
                .replace("}", ", \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": 0.5}");
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                bad("no packed tensor", "companion", file -> file.without(W)),
                bad("no absmax", "companion", file -> file.without(W + ".absmax")),
                bad("no quant_map", "companion", file -> file.without(W + ".quant_map")),
                bad("one packed byte short", "packed-size", file -> file.with(W, DType.U8, 1023, 1)),
                bad("packed as whole numbers", "packed-size", file -> file.with(W, DType.I32, 256, 1)),
                bad("bytes cast to float32", "packed-cast", file -> file.with(W, DType.F32, 1024, 1)),
                bad("bfloat16 words widened", "packed-cast", file -> file.with(W, DType.F32, 512, 1)),
                bad("one scale short", "absmax", file -> file.with(W + ".absmax", DType.F32, 31)),
                bad("scales in float16", "absmax", file -> file.with(W + ".absmax", DType.F16, 32)),
                bad("scales in bytes", "absmax", file -> file.with(W + ".absmax", DType.U8, 32)),
                bad("scales of two dimensions", "absmax", file -> file.with(W + ".absmax", DType.F32, 32, 1)),
                bad("scales as rows x blocks", "absmax", file -> file.with(W + ".absmax", DType.BF16, 32, 1)),
                bad("a map of 15 codes", "code-map", file -> file.with(W + ".quant_map", DType.F32, 15)),
                bad("a map in float16", "code-map", file -> file.with(W + ".quant_map", DType.F16, 16)),
                bad("a map of zeros", "code-map", file -> file.with(W + ".quant_map", DType.F32, 16)),
                bad("the map of fp4", "code-map", file -> file.hex(W + ".quant_map", TinyFile.FP4)),
                bad(
                        "a map with a NaN",
                        "code-map",
                        file -> file.hex(W + ".quant_map", TinyFile.NF4.replace("bf3239b1", "7fc00000"))),
                bad(
                        "two states",
                        "duplicate",
                        file -> file.text(W + ".quant_state.bitsandbytes__fp4", state("fp4", 32, 64))),
                bad("a state of another type", "state", file -> file.text(STATE, state("fp4", 32, 64))),
                bad("a state of no type", "state", file -> file.text(STATE, "{}")),
                bad("a state that is no bytes", "state", file -> file.with(STATE, DType.F32, 32)),
                bad("a state that never ends", "state", file -> file.with(STATE, DType.U8, 5000)),
                bad(
                        "a scale of scales nobody speaks of",
                        "state",
                        file -> file.with(W + ".nested_absmax", DType.F32, 1)),
                bad("double quantization without its parts", "companion", file -> file.text(STATE, doubled(32))),
                bad(
                        "bytes and scales that no padding explains",
                        "packed-size",
                        file -> file.with(W, DType.U8, 1025, 1).with(W + ".absmax", DType.F32, 33)),
                bad("twice the packed bytes", "packed-size", file -> file.with(W, DType.U8, 2048, 1)),
                bad("half of the shape", "packed-size", file -> file.text(STATE, state("nf4", 16, 64))),
                bad("as many scales as smaller blocks have", "absmax", file -> file.with(W + ".absmax", DType.F32, 64)),
                bad("a shape larger than the bytes", "packed-size", file -> file.text(STATE, state("nf4", 33, 64))),
                bad(
                        "a shape of 2^62 elements",
                        "packed-size",
                        file -> file.text(STATE, state("nf4", 1L << 31, 1L << 31))),
                bad("an empty shape", "packed-size", file -> file.text(STATE, state("nf4", 0, 64))),
                bad(
                        "no shape and no bias",
                        "shape",
                        file -> file.text(STATE, state("nf4").replace("[]", "null"))),
                bad(
                        "a packed weight without scales",
                        "scales-lost",
                        file -> file.with("model.layers.1.mlp.up_proj.weight", DType.U8, 1024, 1)));
    }

    private static Arguments bad(String what, String code, UnaryOperator<TinyFile> change) {
        return Arguments.of(what, code, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void whatIsMalformedIsRefused(String what, String code, UnaryOperator<TinyFile> change) {
        TinyFile file = change.apply(new TinyFile().fourBit(W, "nf4", DType.U8, 32, 64));

        RefusedInput refused = assertThrows(RefusedInput.class, file::find);
        assertEquals("quantization." + code, refused.code());
        assertTrue(refused.getMessage().contains("model.layers."), refused.getMessage());
    }

    static Stream<Arguments> malformedDoubled() {
        return Stream.of(
                bad("no scales of scales", "companion", file -> file.without(W + ".nested_absmax")),
                bad("no map of scales", "companion", file -> file.without(W + ".nested_quant_map")),
                bad("scales of scales missing one", "absmax", file -> file.with(W + ".nested_absmax", DType.F32, 1)),
                bad("scales in float32 all the same", "absmax", file -> file.with(W + ".absmax", DType.F32, 512)),
                bad("a map that does not rise", "code-map", file -> file.with(W + ".nested_quant_map", DType.F32, 256)),
                bad("a map of 255 codes", "code-map", file -> file.with(W + ".nested_quant_map", DType.F32, 255)),
                bad("a state without the nested part", "state", file -> file.text(STATE, state("nf4", 512, 64))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedDoubled")
    void malformedDoubleQuantizationIsRefused(String what, String code, UnaryOperator<TinyFile> change) {
        TinyFile file = change.apply(new TinyFile().doubled(W, 512, 64));

        assertEquals(
                "quantization." + code,
                assertThrows(RefusedInput.class, file::find).code());
    }

    @Test
    void aFileThatSaysFourBitAndHasOnlyPackedColumnsIsRefused() {
        TinyFile file = new TinyFile()
                .config("{\"quantization_config\": {\"load_in_4bit\": true}}")
                .with(W, DType.F32, 1024, 1);

        assertEquals(
                "quantization.scales-lost",
                assertThrows(RefusedInput.class, file::find).code());
    }

    private static FourBit only(TinyFile file) throws IOException {
        Map<String, QuantizedParameter> found = file.find();
        assertEquals(1, found.size());
        return (FourBit) found.values().iterator().next();
    }
}
