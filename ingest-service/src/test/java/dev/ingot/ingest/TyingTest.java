package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows of the tying rule, on bases that store their one matrix once and twice. */
class TyingTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";
    private static final String CONFIG = "config.json";

    @TempDir
    Path folder;

    /** Columns: base and adapter made by PEFT, whether the ends are one matrix after the merge, and what the reason says. */
    @ParameterizedTest
    @CsvSource({
        "tied-float32,  tied-embedding,               false, the input embedding only",
        "tied-float32,  tied-head,                    false, the output embedding only",
        "tied-bfloat16, tied-ends,                    false, both ends",
        "tied-bfloat16, drifted-ends,                 false, trained with ensure_weight_tying",
        "tied-float32,  kept-tie-embedding,           true,  the same for both ends",
        "tied-float32,  kept-tie-head,                true,  the same for both ends",
        "tied-float32,  kept-tie-ends,                true,  the same for both ends",
        "tied-bfloat16, saved-embedding-of-tied,      false, the input embedding only",
        "tied-float32,  saved-head-of-tied,           false, the output embedding only",
        "tied-float32,  saved-embedding-keeping-tie,  true,  the same for both ends",
        "tied-bfloat16, tokens-of-tied,               true,  belong to both ends",
        "tied-float32,  resized-tied,                 true,  the same for both ends",
        "tied-bfloat16, resized-tokens,               true,  both ends",
        "qwen3-vl-bfloat16, tied-ends-text-config,    false, both ends",
    })
    void followsTheUnmergedModelHoweverOftenTheBaseStoresItsMatrix(
            String base, String adapter, boolean tied, String reason) throws IOException {
        for (boolean twice : List.of(false, true)) {
            Plan plan = plan(twice ? storedTwice(base) : peft("bases/" + base), adapter, TiePolicy.AUTO);
            String where = twice ? "stored twice: " : "stored once: ";
            assertTrue(plan.tying().baseTied(), where + plan.tying());
            assertEquals(tied, plan.tying().outputTied(), where + plan.tying());
            assertTrue(plan.tying().reason().contains(reason), where + plan.tying());
            assertEquals(twice || !tied, names(plan).contains(HEAD), where + names(plan));
            assertEquals(names(plan).size(), names(plan).stream().distinct().count(), where + names(plan));
            assertEquals(tied, config(plan).bool("tie_word_embeddings").orElseThrow(), where);
        }
    }

    @Test
    void oneMatrixStoredTwiceIsChangedTwiceAlike() throws IOException {
        Plan plan = plan(storedTwice("tied-bfloat16"), "tokens-of-tied", TiePolicy.AUTO);
        assertEquals(1, output(plan, EMBEDDING).operations().size());
        assertEquals(
                output(plan, EMBEDDING).operations().size(),
                output(plan, HEAD).operations().size());
    }

    @ParameterizedTest
    @CsvSource({"tied-head, KEEP", "tied-head, REFUSE", "tied-ends, KEEP", "drifted-ends, REFUSE"})
    void aPolicyAgainstUntyingIsRefusedHoweverOftenTheMatrixIsStored(String adapter, TiePolicy policy) {
        String base = adapter.equals("tied-head") ? "tied-float32" : "tied-bfloat16";
        for (boolean twice : List.of(false, true)) {
            RefusedInput refused = assertThrows(
                    RefusedInput.class, () -> plan(twice ? storedTwice(base) : peft("bases/" + base), adapter, policy));
            assertEquals("tie.conflict", refused.code());
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void untyingOnRequestGivesBothEndsWhatTheOneMatrixGot(boolean twice) throws IOException {
        FileSet base = twice ? storedTwice("tied-float32") : peft("bases/tied-float32");
        Plan plan = plan(base, "tokens-of-tied-by-name", TiePolicy.UNTIE);
        assertFalse(plan.tying().outputTied());
        assertEquals(1, output(plan, HEAD).operations().size());
        assertEquals(false, config(plan).bool("tie_word_embeddings").orElseThrow());
    }

    /** transformers 4 takes the flag from text_config or for granted, 5 from the top or from the class. */
    @ParameterizedTest
    @CsvSource({
        "'\"tie_word_embeddings\": true,', ''",
        "'\"tie_word_embeddings\": true', '\"tie_word_embeddings\": null'"
    })
    void aFlagThatStandsNowhereAtTheTopIsWritten(String said, String instead) throws IOException {
        FileSet base = edited("tied-float32", text -> text.replace(said, instead));
        Plan plan = plan(base, "tokens-of-tied-by-name", TiePolicy.AUTO);
        assertTrue(plan.tying().outputTied());
        assertEquals(true, config(plan).bool("tie_word_embeddings").orElseThrow());
    }

    @Test
    void aFlagInTextConfigAloneCounts() throws IOException {
        FileSet base = edited("qwen3-vl-bfloat16", text -> {
            int top = text.lastIndexOf("\"tie_word_embeddings\": true");
            return text.substring(0, top) + text.substring(top).replace(": true", ": false");
        });
        Plan plan = plan(base, "tied-ends-text-config", TiePolicy.AUTO);
        assertTrue(plan.tying().baseTied());
        assertFalse(plan.tying().outputTied());
        JsonObject inner = config(plan).object("text_config").orElseThrow();
        assertEquals(false, inner.bool("tie_word_embeddings").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"gemma, 2", "gemma2, 2", "gemma3, 1", "gemma3_text, 1", "llama, 0"})
    void enginesThatCannotServeAFamilyUntiedAreKnown(String modelType, int engines) {
        assertEquals(engines, UntiedServing.warnings(modelType).size());
    }

    private static Plan plan(FileSet base, String adapter, TiePolicy policy) throws IOException {
        return new Planner()
                .plan(
                        Requests.with(OutputDType.AUTO, policy, TrainedOn.UNDECLARED, 1 << 30),
                        base,
                        peft("adapters/" + adapter));
    }

    private static FileSet peft(String name) {
        return TestFolder.fixture("peft/" + name);
    }

    private static List<String> names(Plan plan) {
        return plan.outputs().stream().map(OutputTensor::name).toList();
    }

    private static OutputTensor output(Plan plan, String name) {
        return plan.outputs().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JsonObject config(Plan plan) {
        return Json.parseObject(plan.config().getBytes(StandardCharsets.UTF_8), CONFIG);
    }

    private FileSet edited(String base, UnaryOperator<String> edit) throws IOException {
        Path source = Path.of("..", "checkpoint", "src", "test", "resources", "fixtures", "peft", "bases", base);
        Path target = Files.createDirectories(folder.resolve(base));
        String config = Files.readString(source.resolve(CONFIG));
        Files.writeString(target.resolve(CONFIG), edit.apply(config));
        Files.copy(source.resolve("model.safetensors"), target.resolve("model.safetensors"));
        return FolderFiles.of(target);
    }

    /** The base with its input embedding saved once more, as the head. */
    private FileSet storedTwice(String base) throws IOException {
        Path target = Files.createDirectories(folder.resolve("twice").resolve(base));
        try (RangedFile file = peft("bases/" + base).open("model.safetensors").orElseThrow()) {
            Map<String, TensorEntry> tensors = new LinkedHashMap<>();
            SafetensorsFile.read(file).tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
            String input = tensors.keySet().stream()
                    .filter(name -> name.endsWith("embed_tokens.weight"))
                    .findFirst()
                    .orElseThrow();
            tensors.put(HEAD, tensors.get(input));
            List<TensorSpec> specs = new ArrayList<>();
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            for (Map.Entry<String, TensorEntry> tensor : tensors.entrySet()) {
                specs.add(new TensorSpec(
                        tensor.getKey(),
                        tensor.getValue().dtype(),
                        tensor.getValue().shape()));
                ByteBuffer bytes =
                        ByteBuffer.allocate(Math.toIntExact(tensor.getValue().length()));
                file.read(tensor.getValue().offset(), bytes);
                data.write(bytes.array());
            }
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.write(SafetensorsLayout.of(specs).header());
            data.writeTo(whole);
            Files.write(target.resolve("model.safetensors"), whole.toByteArray());
        }
        Files.copy(
                Path.of("..", "checkpoint", "src", "test", "resources", "fixtures", "peft", "bases", base, CONFIG),
                target.resolve(CONFIG),
                StandardCopyOption.REPLACE_EXISTING);
        return FolderFiles.of(target);
    }
}
