package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.validate.TinyRun.Architecture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What makes a served model differ from the trained one although every weight is right. */
class ServedModelTest {
    private static final String TOKENIZER = """
            {"added_tokens": [{"id": 1, "content": "</s>"}, {"id": 2, "content": "<end>"}],
             "model": {"type": "BPE", "vocab": {"a": 3, "b": 4, "ab": 5}, "merges": %s}}""";

    @TempDir
    Path folder;

    private TinyRun run;
    private Path merged;

    @BeforeEach
    void write() throws IOException {
        run = TinyRun.write(folder, Architecture.LLAMA, DType.BF16);
        put(
                run.base(),
                "generation_config.json",
                "{\"eos_token_id\": [1, 2], \"temperature\": 0.6, \"do_sample\": true}");
        put(run.base(), "tokenizer.json", TOKENIZER.formatted("[\"a b\"]"));
        put(run.base(), "tokenizer_config.json", "{\"eos_token\": \"</s>\", \"chat_template\": \"{{ messages }}\\n\"}");
        merged = ReferenceMerge.of(run.base(), run.adapter()).write(folder.resolve("merged"));
        for (String name : List.of("generation_config.json", "tokenizer_config.json")) {
            Files.copy(run.base().resolve(name), merged.resolve(name));
        }
    }

    private static void put(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private List<String> faults() throws IOException, InterruptedException {
        return judged().findings().structure();
    }

    private Judged judged() throws IOException, InterruptedException {
        return Judged.of(
                run.base(),
                run.adapter(),
                merged,
                Plans.complete(run.base(), run.adapter()),
                ValidationLevel.STRUCTURE);
    }

    /** A fault that names {@code what}, and nothing else. */
    private void assertFault(String what) throws IOException, InterruptedException {
        List<String> faults = faults();
        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().contains(what), faults::toString);
    }

    private static void edit(Path file, String json) throws IOException {
        JsonObject before = Json.parseObject(Files.readAllBytes(file), "test");
        JsonObject change = Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "test");
        for (var member : change.members().entrySet()) {
            before = before.with(List.of(member.getKey()), member.getValue());
        }
        Files.writeString(file, Json.write(before));
    }

    @Test
    void aCopyOfEverythingIsRight() throws Exception {
        assertEquals(List.of(), faults());
    }

    /** Trainers put the tokenizer's end into both files, beside those that were there; and other releases leave defaults out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "config.json            | {\"pad_token_id\": 2}",
                "config.json            | {\"eos_token_id\": [1]}",
                "generation_config.json | {\"eos_token_id\": [2, 1]}",
                "generation_config.json | {\"temperature\": null}",
                "generation_config.json | {\"transformers_version\": \"5.0\", \"max_new_tokens\": 5}",
                "tokenizer_config.json  | {\"eos_token\": {\"content\": \"</s>\"}}",
                "tokenizer_config.json  | {\"chat_template\": [{\"name\": \"default\", \"template\": \"{{ messages }}\"}]}",
            })
    void whatSaysTheSameIsRight(String file, String change) throws Exception {
        edit(merged.resolve(file), change);
        assertEquals(List.of(), faults());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "config.json            | {\"eos_token_id\": 2}                   | config.json ends texts at eos_token_id 2",
                "config.json            | {\"eos_token_id\": null}                | config.json ends texts at eos_token_id of no token",
                "generation_config.json | {\"eos_token_id\": 1}                   | generation_config.json ends texts at eos_token_id 1",
                "generation_config.json | {\"eos_token_id\": [1, 2, 3]}           | eos_token_id [1, 2, 3] where the base has [1, 2]",
                "generation_config.json | {\"eos_token_id\": null}                | generation_config.json names no end",
                "generation_config.json | {\"temperature\": 1.5}                  | temperature 1.5 where the base has 0.6",
                "tokenizer_config.json  | {\"eos_token\": \"<end>\"}              | eos_token is '<end>' where the base has '</s>'",
                "tokenizer_config.json  | {\"eos_token\": null}                   | names no eos_token",
                "tokenizer_config.json  | {\"chat_template\": \"{{ other }}\"}    | the chat template 'default' is not the one of training",
                "tokenizer_config.json  | {\"chat_template\": null}               | the chat template 'default' is missing",
                "config.json            | {\"auto_map\": {\"AutoModel\": \"m.M\"}} | auto_map",
                "config.json            | {\"dtype\": \"float16\"}                | torch_dtype bfloat16",
            })
    void whatSaysSomethingElseIsNot(String file, String change, String what) throws Exception {
        edit(merged.resolve(file), change);
        List<String> faults = faults();
        assertTrue(!faults.isEmpty() && faults.getFirst().contains(what), faults::toString);
    }

    @Test
    void anEndThatOnlyAFileOfGenerationHasMayNotGoMissing() throws Exception {
        Files.delete(merged.resolve("generation_config.json"));
        assertFault("generation_config.json is missing: texts end at eos_token_id 1 where the base has [1, 2]");
    }

    @Test
    void theEndOfTheTokenizerThatTheAdapterBringsIsRight() throws Exception {
        put(run.adapter(), "tokenizer.json", TOKENIZER.formatted("[\"a b\"]"));
        put(run.adapter(), "tokenizer_config.json", "{\"eos_token\": \"<end>\"}");
        edit(merged.resolve("tokenizer_config.json"), "{\"eos_token\": \"<end>\"}");
        edit(merged.resolve("config.json"), "{\"eos_token_id\": 2}");
        edit(merged.resolve("generation_config.json"), "{\"eos_token_id\": 2}");
        assertEquals(List.of(), faults());
        edit(merged.resolve("generation_config.json"), "{\"eos_token_id\": 4}");
        assertFault("eos_token_id 4");
    }

    @Test
    void aTemplateOfTheAdapterIsTheOneOfTraining() throws Exception {
        put(run.adapter(), "tokenizer.json", TOKENIZER.formatted("[\"a b\"]"));
        put(run.adapter(), "tokenizer_config.json", "{\"eos_token\": \"</s>\"}");
        put(run.adapter(), "chat_template.jinja", "{{ trained }}");
        assertFault("the chat template 'default' is not the one of training, which the adapter has");
        put(merged, "chat_template.jinja", "{{ trained }}\n");
        assertEquals(List.of(), faults());
    }

    @Test
    void pairsThatAreMergedOtherwiseAreFound() throws Exception {
        put(merged, "tokenizer.json", TOKENIZER.formatted("[[\"a\", \"b\"]]"));
        assertEquals(List.of(), faults());
        put(merged, "tokenizer.json", TOKENIZER.formatted("[\"b a\"]"));
        assertFault("the pairs that it merges differ");
    }

    @Test
    void aTokenizerWithoutVocabularyIsFound() throws Exception {
        Files.delete(merged.resolve("tokenizer.json"));
        assertFault("tokenizer_config.json is there without a vocabulary");
    }

    @Test
    void weightsWithoutATokenizerAreSaidToBe() throws Exception {
        Files.delete(merged.resolve("tokenizer.json"));
        Files.delete(merged.resolve("tokenizer_config.json"));
        Judged judged = judged();
        assertEquals(List.of(), judged.findings().structure());
        assertEquals(
                List.of("There is no tokenizer beside the merged weights; the one of training is that of the base."),
                judged.findings().notes());
    }

    @Test
    void aVocabularyAloneIsSaidToBe() throws Exception {
        Files.delete(merged.resolve("tokenizer_config.json"));
        Judged judged = judged();
        assertEquals(List.of(), judged.findings().structure());
        assertEquals(
                List.of(
                        "There is only a vocabulary beside the merged weights; the tokenizer_config.json of training is that of the base."),
                judged.findings().notes());
    }

    /** More than half of the values are of another dtype than the one that loaders would round to. */
    @Test
    void aDTypeOfAFewTensorsIsNotThatOfTheCheckpoint() throws Exception {
        ReferenceMerge merge = ReferenceMerge.of(run.base(), run.adapter());
        Tensors.Values norm = merge.tensors.get("model.norm.weight");
        merge.tensors.put("model.norm.weight", DType.F16, norm.shape(), norm.floats());
        merge.write(merged = folder.resolve("mixed"));
        edit(merged.resolve("config.json"), "{\"torch_dtype\": \"float16\"}");
        assertTrue(faults().getFirst().contains("config.json says dtype float16, but most values are bfloat16"));
    }

    @Test
    void layersForDraftingMayBeDroppedAndAreSaidToBe() throws Exception {
        withDrafting("mtp.layers.0.", "model.layers.2.");
        Judged judged = judged();
        assertEquals(List.of(), judged.findings().structure());
        assertTrue(
                judged.findings().notes().getFirst().startsWith("speculative-layers: all of the base's 2 tensors"),
                judged.findings().notes()::toString);
    }

    @Test
    void layersForDraftingThatAreKeptAreCopies() throws Exception {
        withDrafting("mtp.layers.0.", "model.layers.2.");
        ReferenceMerge kept = ReferenceMerge.of(run.base(), run.adapter());
        assertEquals("", gate(kept, "kept"));
        kept.tensors.get("mtp.layers.0.self_attn.q_proj.weight").floats()[3] += 1;
        assertEquals("weights", gate(kept, "changed"));
    }

    @Test
    void layersForDraftingThatTheBaseHasNotAreTooMany() throws Exception {
        ReferenceMerge more = ReferenceMerge.of(run.base(), run.adapter());
        more.tensors.put("mtp.layers.0.self_attn.q_proj.weight", DType.BF16, Shape.of(2, 2), new float[4]);
        assertEquals("structure", gate(more, "more"));
    }

    private String gate(ReferenceMerge merge, String name) throws IOException, InterruptedException {
        Files.deleteIfExists(run.base().resolve("tokenizer.json"));
        merged = merge.write(folder.resolve(name));
        Files.copy(run.base().resolve("generation_config.json"), merged.resolve("generation_config.json"));
        Judged judged = Judged.of(run.base(), run.adapter(), merged);
        return judged.gates().stream()
                .filter(gate -> gate.state() == State.FAILED)
                .map(gate -> gate.name())
                .findFirst()
                .orElse("");
    }

    private void withDrafting(String... prefixes) throws IOException {
        Tensors all = new Tensors();
        ReferenceMerge.of(run.base(), run.adapter(), deltas -> Map.of())
                .tensors
                .all()
                .forEach((name, tensor) -> all.put(name, tensor.dtype(), tensor.shape(), tensor.floats()));
        for (String prefix : prefixes) {
            float[] values = {1, 2, 3, 4};
            all.put(prefix + "self_attn.q_proj.weight", DType.BF16, Shape.of(2, 2), values);
        }
        all.write(run.base().resolve("model.safetensors"));
    }
}
