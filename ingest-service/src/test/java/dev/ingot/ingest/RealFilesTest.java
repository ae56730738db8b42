package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What folders of models and adapters look like in practice, and what has to make no difference. */
class RealFilesTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures");
    private static final Pattern TARGETS = Pattern.compile("\"target_modules\": \\[\\s*([^\\]]*?)\\s*\\]");

    @TempDir
    Path folder;

    private Path base;
    private Path adapter;

    @BeforeEach
    void copy() throws IOException {
        base = copied(FIXTURES.resolve("base-fp16"), "base");
        adapter = copied(FIXTURES.resolve("adapters/rslora"), "adapter");
    }

    @Test
    void theOrderOfTargetModulesWhichPeftShufflesOnEverySaveMakesNoDifference() throws IOException {
        Plan before = plan();
        Path file = adapter.resolve("adapter_config.json");
        String config = Files.readString(file);
        Matcher targets = TARGETS.matcher(config);
        targets.find();
        List<String> names = List.of(targets.group(1).split(",\\s*"));
        String turned = config.replace(targets.group(1), String.join(", ", names.reversed()));
        assertNotEquals(config, turned);
        Files.writeString(file, turned);
        assertEquals(before.shards(), plan().shards());
    }

    @Test
    void aMemberThatPeftDoesNotKnowIsNamedWithTheOneThatWasMeant() throws IOException {
        Path file = adapter.resolve("adapter_config.json");
        Files.writeString(file, Files.readString(file).replaceFirst("\\{", "{\"rank_patern\": {\"q_proj\": 2},"));
        String notes = String.join(" ", plan().notes());
        assertTrue(notes.contains("rank_patern (misspelt for rank_pattern?)"), notes);
    }

    @Test
    void shardsWithoutIndexAreRefusedByTheNameOfWhatIsMissing() throws IOException {
        Files.move(base.resolve("model.safetensors"), base.resolve("model-00001-of-00002.safetensors"));
        RefusedInput refused = assertThrows(RefusedInput.class, this::plan);
        assertEquals("base.no-index", refused.code());
        assertTrue(refused.getMessage().contains("1 of 2 shards"), refused.getMessage());
        assertTrue(refused.getMessage().contains("model.safetensors.index.json"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "base,    pytorch_model.bin",
        "base,    original/consolidated.00.pth",
        "base,    README.md",
        "base,    .gitattributes",
        "adapter, adapter_model.bin",
        "adapter, README.md",
        "adapter, training_args.bin",
    })
    void whatLiesBesideTheWeightsMakesNoDifference(String where, String name) throws IOException {
        Plan before = plan();
        Path file = (where.equals("base") ? base : adapter).resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[] {1, 2, 3});
        assertEquals(before.shards(), plan().shards());
        assertEquals(before.carried(), plan().carried());
    }

    /** transformers loads model.safetensors where both are there, as conformance/fixtures/weightfiles.py saw. */
    @Test
    void besideAnIndexTheSingleFileIsMergedAndTheOtherSetNoted() throws IOException {
        Plan before = plan();
        Files.copy(base.resolve("model.safetensors"), base.resolve("model-00001-of-00001.safetensors"));
        index(TensorCatalog.ofModel(FolderFiles.of(base)).tensors().keySet());
        Plan plan = plan();
        assertEquals(before.shards(), plan.shards());
        String notes = String.join(" ", plan.notes());
        assertTrue(notes.contains("model.safetensors.index.json, which it does not look at"), notes);
        Plan converted = new Planner().plan(Requests.withoutAdapter(OutputDType.FLOAT32), FolderFiles.of(base));
        assertTrue(converted.notes().stream().anyMatch(note -> note.contains("which it does not look at")));
    }

    @Test
    void twoSetsOfWeightsOfDifferentModelsAreRefused() throws IOException {
        Path other = FIXTURES.resolve("adapters/rslora/adapter_model.safetensors");
        Files.copy(other, base.resolve("model-00001-of-00001.safetensors"));
        index(TensorCatalog.ofAdapter(FolderFiles.of(adapter))
                .orElseThrow()
                .tensors()
                .keySet());
        RefusedInput refused = assertThrows(RefusedInput.class, this::plan);
        assertEquals("base.two-weights", refused.code(), refused::toString);
    }

    @Test
    void weightsThatConfigNamesAreRefused() throws IOException {
        Path file = base.resolve("config.json");
        Files.writeString(
                file,
                Files.readString(file).replaceFirst("\\{", "{\"transformers_weights\": \"other.safetensors\","));
        RefusedInput refused = assertThrows(RefusedInput.class, this::plan);
        assertEquals("base.named-weights", refused.code(), refused::toString);
    }

    private void index(Set<String> tensors) throws IOException {
        String map = tensors.stream()
                .map(name -> "\"%s\": \"model-00001-of-00001.safetensors\"".formatted(name))
                .collect(Collectors.joining(", "));
        Files.writeString(base.resolve("model.safetensors.index.json"), "{\"weight_map\": {" + map + "}}");
    }

    @Test
    void anAdapterInBothFormatsIsThatOfPeftAndNoted() throws IOException {
        adapter = copied(FIXTURES.resolve("adapters/patterns"), "both");
        base = copied(FIXTURES.resolve("base-bf16-untied"), "another base");
        Plan before = plan();
        Files.copy(FIXTURES.resolveSibling("torch/adapter/adapter_model.bin"), adapter.resolve("adapter_model.bin"));
        assertEquals(before.shards(), plan().shards());
        String notes = String.join(" ", plan().notes());
        assertTrue(notes.contains("adapter_model.bin, which it does not look at; their tensors have the same"), notes);
    }

    @ParameterizedTest
    @CsvSource({"dtype, torch_dtype", "torch_dtype, dtype"})
    void theDtypeIsReadByBothOfItsNames(String written, String other) throws IOException {
        Path file = base.resolve("config.json");
        String config = Files.readString(file).replaceFirst("\"(torch_)?dtype\"", "\"" + written + "\"");
        Files.writeString(file, config);
        assertEquals(1, config.split("\"" + written + "\"", -1).length - 1);
        assertEquals(0, config.split("\"" + other + "\"", -1).length - 1);
        assertEquals(plan().shards(), plan(FIXTURES.resolve("base-fp16")).shards());
    }

    private Plan plan() throws IOException {
        return plan(base);
    }

    private Plan plan(Path from) throws IOException {
        return new Planner().plan(Requests.plain(), FolderFiles.of(from), FolderFiles.of(adapter));
    }

    private Path copied(Path from, String name) throws IOException {
        Path to = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }
}
