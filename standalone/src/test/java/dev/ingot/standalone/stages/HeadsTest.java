package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import dev.ingot.validate.Judgement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads that PEFT trained and saved although the base, a language model, has none: what becomes of the class, its tensors and its labels. */
@Timeout(120)
class HeadsTest {
    /** Saved without a head: names lack what every class with one puts in front. */
    private static final String BODY = "llama-body-float32";

    /** Columns: case, class, number of labels, and the beginning of what the base has and the class has not. */
    @ParameterizedTest
    @CsvSource({
        "heads-sequences,           LlamaForSequenceClassification,   3, lm_head.",
        "heads-tokens,              LlamaForTokenClassification,      3, lm_head.",
        "heads-tokens-conv1d-class, GPT2ForTokenClassification,       3, lm_head.",
        "heads-questions,           GPT2ForQuestionAnswering,         2, lm_head.",
        "heads-pooled,              BertForSequenceClassification,    3, cls.",
        "heads-questions-encoder,   BertForQuestionAnswering,         2, cls.",
        "heads-of-two-layers,       RobertaForSequenceClassification, 3, lm_head.",
        "heads-on-a-body,           LlamaForSequenceClassification,   3, lm_head.",
    })
    void theMergedModelIsOfTheClassThatWasTrained(String name, String architecture, int labels, String leftOut)
            throws Exception {
        PeftCase each = named(name);
        StagedMerge merge = new StagedMerge(each.base(), each.adapters().getFirst());
        JsonObject config = Json.parseObject(merge.plan().config().getBytes(StandardCharsets.UTF_8), "config.json");
        assertEquals(
                List.of(architecture),
                config.array("architectures").orElseThrow().texts().orElseThrow());
        assertEquals(labels, config.object("id2label").orElseThrow().members().size());

        Map<String, Tensor> expected = new TreeMap<>();
        String lead = each.base().endsWith(BODY) ? "model." : "";
        read(each.base().resolve("model.safetensors")).forEach((tensor, value) -> expected.put(lead + tensor, value));
        expected.keySet().removeIf(tensor -> tensor.startsWith(leftOut));
        expected.putAll(read(each.merged()));
        Map<String, Tensor> found = merge.tensors(merge.fused());
        assertEquals(expected.keySet(), new TreeSet<>(found.keySet()));
        expected.forEach((tensor, value) -> OracleTensors.requireClose(tensor, value, found.get(tensor)));
    }

    @ParameterizedTest
    @CsvSource({
        "heads-on-a-body",
        "heads-sequences",
        "heads-tokens",
        "heads-questions",
        "heads-pooled",
        "heads-of-two-layers"
    })
    void noGateIsClosed(String name, @TempDir Path folder) throws Exception {
        PeftCase each = named(name);
        Path adapter = each.adapters().getFirst();
        Judgement judgement = StagedJudge.judge(
                new StagedMerge(each.base(), adapter), each.base(), adapter, folder.resolve("merged"));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "pooler-not-saved, bert-float32,  adapter.head-missing, bert.pooler.dense.weight",
        "random-body,      llama-float32, adapter.random-body,  LlamaForQuestionAnswering",
    })
    void whatWasRandomAndNotSavedIsRefused(String adapter, String base, String code, String part) {
        RefusedInput refused = assertThrows(
                RefusedInput.class,
                () -> new StagedMerge(PeftCase.folder("bases", base), PeftCase.folder("refused", adapter)));
        assertEquals(code, refused.code());
        assertTrue(refused.toString().contains(part), refused.toString());
    }

    @Test
    void aBodyThatTrainingQuantizedIsRefusedWithWhatToDo() throws Exception {
        PeftCase each = named("heads-on-a-body");
        RefusedInput refused = assertThrows(
                RefusedInput.class,
                () -> new StagedMerge(
                        each.base(),
                        each.adapters().getFirst(),
                        RunRequest.OutputDType.AUTO,
                        "nf4-double",
                        plan -> plan));
        assertEquals("base.headless", refused.code());
        assertTrue(refused.getMessage().contains(BODY), refused.getMessage());
        assertTrue(refused.remedy().contains("AutoModelFor"), refused.remedy());
    }

    private static PeftCase named(String name) throws Exception {
        return PeftCase.all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Tensor> read(Path file) throws Exception {
        try (var opened = FolderFiles.of(file.getParent())
                .open(file.getFileName().toString())
                .orElseThrow()) {
            return StagedMerge.read(opened);
        }
    }
}
