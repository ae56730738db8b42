package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.BaseStatement.Kind;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Plans of runs that have no adapter. */
class BaseAlonePlanTest {
    private static Plan plan(String base, OutputDType dtype) throws IOException {
        return new Planner().plan(Requests.withoutAdapter(dtype), TestFolder.demo(base));
    }

    @Test
    void noTensorIsTouchedAndAllAreAccountedFor() throws IOException {
        Plan plan = plan("base-nf4", OutputDType.AUTO);
        assertTrue(plan.outputs().stream().allMatch(OutputTensor::isUntouched));
        assertEquals(0, plan.estimate().modules());
        assertEquals(
                Set.of(LedgerEntry.Outcome.COPIED, LedgerEntry.Outcome.COMPANION),
                plan.ledger().stream().map(LedgerEntry::outcome).collect(Collectors.toSet()));
        assertEquals(178, plan.ledger().size());
        assertTrue(plan.inputs().stream().allMatch(input -> input.role() == InputRole.BASE));
    }

    @Test
    void theBaseStaysTiedAsItIs() throws IOException {
        Plan plan = plan("base-nf4", OutputDType.AUTO);
        assertTrue(plan.tying().baseTied() && plan.tying().outputTied());
        assertFalse(plan.tying().reason().contains("adapter"), plan.tying().reason());
        assertTrue(plan.outputs().stream().noneMatch(tensor -> tensor.name().equals("lm_head.weight")));
    }

    @Test
    void theStatementSaysWhatTheOutputIs() throws IOException {
        Plan plan = plan("base-nf4", OutputDType.AUTO);
        assertEquals(Kind.PACKED, plan.base().kind());
        assertFalse(plan.base().sentence().contains("training"), plan.base().sentence());
        assertEquals("", plan.adapterSummary());
    }

    @Test
    void nothingIsSaidToBeMergedWhereTrainingQuantizedTheBase() throws IOException {
        Plan plan = new Planner().plan(Requests.quantizedAlone("nf4"), TestFolder.demo("base-fp16"));
        assertTrue(
                plan.base().sentence().startsWith("It is the base as transformers 5 "),
                plan.base().sentence());
    }

    @Test
    void theConfigNoLongerSpeaksOfQuantization() throws IOException {
        byte[] config = plan("base-nf4", OutputDType.AUTO).config().getBytes(StandardCharsets.UTF_8);
        assertFalse(Json.parseObject(config, "config.json").has("quantization_config"));
    }

    @Test
    void aBaseThatIsNotQuantizedIsRefusedUnlessADtypeIsAskedFor() throws IOException {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> plan("base-fp16", OutputDType.AUTO));
        assertEquals("base.not-quantized", refused.code());
        assertTrue(refused.remedy().contains("--quantization-config"), refused.remedy());
        assertEquals(Kind.STORED, plan("base-fp16", OutputDType.FLOAT32).base().kind());
    }

    @Test
    void aRequestWithoutAdapterReadsBackAsOne() {
        RunRequest request = Requests.withoutAdapter(OutputDType.AUTO);
        RunRequest read = Documents.read(Documents.write(request), RunRequest.class, "request.json");
        assertEquals(request, read);
        assertThrows(IllegalStateException.class, read::requireAdapters);
    }
}
