package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.BaseStatement.Kind;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.QuantizedInt8;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class QuantizedWhileLoadingTest {
    private static final String NF4 =
            "{\"load_in_4bit\": true, \"bnb_4bit_quant_type\": \"nf4\", \"bnb_4bit_use_double_quant\": true, \"dtype\": \"bfloat16\"}";
    private static final String QUERY = "model.layers.0.self_attn.q_proj.weight";
    private static final String EMBEDDING = "model.embed_tokens.weight";

    @Test
    void linearWeightsAreQuantizedFromTheLoadDTypeAndAllOthersCastToIt() throws IOException {
        Plan plan = plan(NF4, MergeBase.TRAINED);

        Quantized4Bit query = (Quantized4Bit) output(plan, QUERY).value();
        assertEquals("nf4", query.quantType());
        assertEquals(64, query.blocksize());
        assertTrue(query.doubleQuantized());
        assertEquals(DType.F16, ((Stored) query.of()).tensor().dtype());
        assertEquals(DType.BF16, query.dtype());
        assertTrue(output(plan, EMBEDDING).value() instanceof Stored stored && stored.dtype() == DType.BF16);
        assertTrue(plan.outputs().stream().allMatch(tensor -> tensor.dtype() == DType.BF16));
        assertTrue(plan.config().contains("bfloat16"), plan.config());
    }

    @Test
    void theStatementSaysWhatIsCertainAndWhatIsNot() throws IOException {
        Plan plan = plan(NF4, MergeBase.TRAINED);

        assertEquals(Kind.QUANTIZED_WHILE_LOADING, plan.base().kind());
        assertTrue(plan.base().known());
        assertTrue(
                plan.base().sentence().contains("NF4 with double quantization"),
                plan.base().sentence());
        assertTrue(
                plan.base().sentence().contains("4-bit codes are exactly"),
                plan.base().sentence());
        assertTrue(plan.base().sentence().contains("1 in 100,000"), plan.base().sentence());
        assertTrue(
                plan.notes().stream().noneMatch(note -> note.contains("is assumed")),
                plan.notes().toString());
    }

    @Test
    void withoutADTypeTheAssumptionIsANote() throws IOException {
        String bare = "{\"load_in_8bit\": true}";
        Plan plan = new Planner()
                .plan(
                        Requests.quantized(bare, MergeBase.TRAINED),
                        TestFolder.fixture("base-bf16-untied"),
                        TestFolder.fixture("adapters/patterns"));

        assertTrue(output(plan, QUERY).value() instanceof QuantizedInt8);
        assertTrue(
                plan.notes().stream().anyMatch(note -> note.contains("is assumed")),
                plan.notes().toString());
        assertTrue(
                plan.base().sentence().contains("transformers 5 (assumed: the request does not say) loaded it"),
                plan.base().sentence());
    }

    @Test
    void ofABaseAloneTheStatementDoesNotSpeakOfAMerge() throws IOException {
        Plan plan = new Planner().plan(Requests.withoutAdapter(NF4), TestFolder.fixture("base-fp16"));

        assertTrue(output(plan, QUERY).value() instanceof Quantized4Bit);
        assertTrue(
                plan.base().sentence().startsWith("It is the base as "),
                plan.base().sentence());
        assertTrue(
                plan.base().sentence().contains("4-bit codes are exactly"),
                plan.base().sentence());
    }

    /** Neither changes a byte: they say how the packed bytes lie in memory and what a forward pass computes in. */
    @Test
    void storageAndComputeDTypeChangeNothing() throws IOException {
        String other =
                NF4.replace("}", ", \"bnb_4bit_quant_storage\": \"float32\", \"bnb_4bit_compute_dtype\": \"float16\"}");
        assertEquals(plan(NF4, MergeBase.TRAINED), plan(other, MergeBase.TRAINED));
    }

    @Test
    void mergedOntoTheOriginalTheTensorsStayAsTheyAre() throws IOException {
        Plan plan = plan(NF4, MergeBase.ORIGINAL);

        assertTrue(output(plan, QUERY).value() instanceof Stored stored && stored.dtype() == DType.F16);
        assertFalse(plan.base().known(), "what is merged onto is not what training saw");
        assertTrue(plan.base().sentence().contains("16-bit base"), plan.base().sentence());
        assertTrue(plan.base().sentence().contains("NF4"), plan.base().sentence());
    }

    @Test
    void aConfigThatSaysWhatAPackedBaseSaysChangesNothing() throws IOException {
        Plan plan = packed(NF4, MergeBase.TRAINED);

        assertEquals(Kind.PACKED, plan.base().kind());
        assertTrue(output(plan, QUERY).value() instanceof Packed4Bit);
    }

    @Test
    void aConfigThatContradictsAPackedBaseIsRefused() {
        assertRefused("quantization-config.packed-base", () -> packed("fp4", MergeBase.TRAINED));
    }

    @Test
    void aPackedBaseHasNoOriginal() {
        assertRefused("request.merge-base", () -> packed(null, MergeBase.ORIGINAL));
    }

    @Test
    void aDeclarationWithoutAConfigIsRefusedWithTheReadyNames() {
        RefusedInput refused = assertRefused("request.quantization-config", () -> plan(null, MergeBase.TRAINED));
        assertTrue(refused.remedy().contains("nf4-double"), refused.remedy());
    }

    @Test
    void aConfigThatQuantizesNothingIsRefused() {
        String all =
                "{\"load_in_4bit\": true, \"llm_int8_skip_modules\": [\"model\", \"lm_head\"], \"transformers_version\": \"5.23.0\"}";
        assertRefused("quantization-config.nothing-quantized", () -> plan(all, MergeBase.TRAINED));
    }

    private static Plan plan(String config, MergeBase mergeBase) throws IOException {
        return new Planner()
                .plan(
                        Requests.quantized(config, mergeBase),
                        TestFolder.fixture("base-fp16"),
                        TestFolder.fixture("adapters/lora-half"));
    }

    private static Plan packed(String config, MergeBase mergeBase) throws IOException {
        return new Planner()
                .plan(
                        config == null ? Requests.onto(mergeBase) : Requests.quantized(config, mergeBase),
                        TestFolder.fixture("base-nf4"),
                        TestFolder.fixture("adapters/lora"));
    }

    private static OutputTensor output(Plan plan, String name) {
        return plan.outputs().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static RefusedInput assertRefused(String code, org.junit.jupiter.api.function.Executable plan) {
        RefusedInput refused = assertThrows(RefusedInput.class, plan);
        assertEquals(code, refused.code());
        return refused;
    }
}
