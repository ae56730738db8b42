package dev.ingot.checkpoint.quantized;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.quantized.QuantizedParameter.BlockScaledFp8;
import dev.ingot.checkpoint.quantized.QuantizedParameter.MicroscaledFp4;
import dev.ingot.checkpoint.quantized.QuantizedParameter.RowwiseInt8;
import java.io.IOException;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** LLM.int8, MXFP4 and FP8; 4 bit has a test of its own. */
class QuantizedParametersTest {
    private static final String MODULE = "model.layers.0.self_attn.q_proj";
    private static final String W = MODULE + ".weight";
    private static final String EXPERTS = "model.layers.0.mlp.experts.gate_up_proj";
    private static final String FP8 = "{\"dtype\": \"bfloat16\", \"quantization_config\": "
            + "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 64]}}";

    @Test
    void int8RowsHaveTheModelsDType() throws IOException {
        RowwiseInt8 found = (RowwiseInt8) int8().find().get(W);

        assertEquals(Shape.of(6, 4), found.shape());
        assertEquals(DType.BF16, found.dtype());
        assertEquals(2, found.companions().size());
    }

    @Test
    void int8WithoutADTypeInConfigIsFloat16AndSaysSo() throws IOException {
        RowwiseInt8 found = (RowwiseInt8)
                int8().without(MODULE + ".weight_format").config("{}").find().get(W);

        assertEquals(DType.F16, found.dtype());
        assertEquals(Set.of(Remark.DTYPE_ASSUMED), found.remarks());
    }

    @ParameterizedTest
    @ValueSource(bytes = {1, 2, 3, 7, -1})
    void int8InATiledFormatIsRefused(byte format) {
        TinyFile file = int8().with(MODULE + ".weight_format", DType.U8, new byte[] {format});

        assertEquals(
                "quantization.weight-format",
                assertThrows(RefusedInput.class, file::find).code());
    }

    @Test
    void expertsInMxfp4AreOneTransposedParameter() throws IOException {
        MicroscaledFp4 found = (MicroscaledFp4) mxfp4().find().get(EXPERTS);

        assertEquals(Shape.of(2, 6, 96), found.stored());
        assertEquals(Shape.of(2, 96, 6), found.shape());
        assertEquals(EXPERTS + "_blocks", found.payload().name());
    }

    @Test
    void fp8HasOneScalePerTileAlsoAtTheEdges() throws IOException {
        BlockScaledFp8 found = (BlockScaledFp8)
                fp8().with(MODULE + ".activation_scale", DType.F32).find().get(W);

        assertEquals(128, found.blockRows());
        assertEquals(64, found.blockColumns());
        assertEquals(2, found.companions().size());
    }

    @Test
    void fp8TilesAre128SquareWhereTheConfigDoesNotSay() throws IOException {
        TinyFile file = fp8().config("{}").with(W + "_scale_inv", DType.BF16, 2, 1);

        assertEquals(128, ((BlockScaledFp8) file.find().get(W)).blockColumns());
    }

    private static TinyFile int8() {
        return new TinyFile()
                .with(W, DType.I8, 6, 4)
                .with(MODULE + ".SCB", DType.F32, 6)
                .with(MODULE + ".weight_format", DType.U8);
    }

    private static TinyFile mxfp4() {
        return new TinyFile()
                .with(EXPERTS + "_blocks", DType.U8, 2, 6, 3, 16)
                .with(EXPERTS + "_scales", DType.U8, 2, 6, 3)
                .with(EXPERTS + "_bias", DType.BF16, 2, 6);
    }

    private static TinyFile fp8() {
        return new TinyFile().config(FP8).with(W, DType.F8_E4M3, 200, 100).with(W + "_scale_inv", DType.F32, 2, 2);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                bad("int8: one scale short", int8(), "scales", file -> file.with(MODULE + ".SCB", DType.F32, 5)),
                bad("int8: scales in float16", int8(), "scales", file -> file.with(MODULE + ".SCB", DType.F16, 6)),
                bad("int8: scales as a column", int8(), "scales", file -> file.with(MODULE + ".SCB", DType.F32, 6, 1)),
                bad("int8: no weight", int8(), "companion", file -> file.without(W)),
                bad("int8: weight in float16", int8(), "payload", file -> file.with(W, DType.F16, 6, 4)),
                bad("int8: weight of one dimension", int8(), "payload", file -> file.with(W, DType.I8, 24)),
                bad(
                        "int8: a format of four bytes",
                        int8(),
                        "weight-format",
                        file -> file.with(MODULE + ".weight_format", DType.U8, 4)),
                bad("mxfp4: no scales", mxfp4(), "companion", file -> file.without(EXPERTS + "_scales")),
                bad("mxfp4: no blocks", mxfp4(), "companion", file -> file.without(EXPERTS + "_blocks")),
                bad(
                        "mxfp4: a group too few",
                        mxfp4(),
                        "scales",
                        file -> file.with(EXPERTS + "_scales", DType.U8, 2, 6, 2)),
                bad(
                        "mxfp4: scales in float32",
                        mxfp4(),
                        "scales",
                        file -> file.with(EXPERTS + "_scales", DType.F32, 2, 6, 3)),
                bad(
                        "mxfp4: groups of 30",
                        mxfp4(),
                        "payload",
                        file -> file.with(EXPERTS + "_blocks", DType.U8, 2, 6, 3, 15)),
                bad(
                        "mxfp4: three dimensions",
                        mxfp4(),
                        "payload",
                        file -> file.with(EXPERTS + "_blocks", DType.U8, 6, 3, 16)),
                bad(
                        "mxfp4: dequantized beside it",
                        mxfp4(),
                        "duplicate",
                        file -> file.with(EXPERTS, DType.BF16, 2, 96, 6)),
                bad(
                        "fp8: a row of scales too few",
                        fp8(),
                        "scales",
                        file -> file.with(W + "_scale_inv", DType.F32, 1, 2)),
                bad("fp8: scales in float16", fp8(), "scales", file -> file.with(W + "_scale_inv", DType.F16, 2, 2)),
                bad("fp8: no weight", fp8(), "companion", file -> file.without(W)),
                bad("fp8: weight in bfloat16", fp8(), "payload", file -> file.with(W, DType.BF16, 200, 100)),
                bad("fp8: FP4 in bytes", fp8(), "unsupported", file -> file.with(W, DType.I8, 200, 50)),
                bad("fp8: one scale for all", fp8(), "unsupported", file -> file.with(W + "_scale_inv", DType.F32)),
                bad("fp8: no tiles", fp8(), "unsupported", file -> file.config(FP8.replace("[128, 64]", "null"))),
                bad("fp8: tiles of nothing", fp8(), "config", file -> file.config(FP8.replace("64]", "0]"))),
                bad("fp8: tiles in words", fp8(), "config", file -> file.config(FP8.replace("[128, 64]", "\"all\""))));
    }

    private static Arguments bad(String what, TinyFile file, String code, UnaryOperator<TinyFile> change) {
        return Arguments.of(what, change.apply(file), code);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void whatIsMalformedIsRefused(String what, TinyFile file, String code) {
        RefusedInput refused = assertThrows(RefusedInput.class, file::find);

        assertEquals("quantization." + code, refused.code());
        assertTrue(refused.getMessage().contains("model.layers.0")
                && !refused.remedy().isBlank());
    }

    @Test
    void aTensorThatTwoParametersClaimIsRefused() {
        TinyFile file = int8().fourBit(W, "nf4", DType.U8, 2, 64)
                .with(W, DType.I8, 64, 1)
                .with(MODULE + ".SCB", DType.F32, 64);

        assertEquals(
                "quantization.duplicate",
                assertThrows(RefusedInput.class, file::find).code());
    }
}
