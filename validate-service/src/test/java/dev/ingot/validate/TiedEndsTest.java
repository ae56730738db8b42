package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.validate.weights.ModuleDelta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bases and merges that store both ends: transformers 4 ties them where config.json says so, transformers 5 compares them. */
class TiedEndsTest {
    private static final List<String> FLAG = List.of("tie_word_embeddings");

    @TempDir
    Path folder;

    /** Columns: whether the base's ends are equal, whether the adapter trains the head, and what base and merge say of tying. */
    @ParameterizedTest
    @CsvSource({
        "true,  false, true,  true",
        "true,  false, ,      ",
        "true,  true,  true,  false",
        "true,  true,  ,      false",
        "false, false, false, false",
        "false, false, ,      ",
        "false, true,  false, false",
    })
    void pass(boolean equal, boolean trained, @Nullable Boolean ofBase, @Nullable Boolean ofMerge) throws Exception {
        Judged judged = judge(equal, trained, ofBase, ofMerge);
        assertEquals("", judged.gate(), judged::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "true,  true,  true,  true",
        "true,  true,  ,      ",
        "false, false, true,  true",
        "false, true,  false, true",
    })
    void fail(boolean equal, boolean trained, @Nullable Boolean ofBase, @Nullable Boolean ofMerge) throws Exception {
        Judged judged = judge(equal, trained, ofBase, ofMerge);
        assertEquals("structure", judged.gate(), judged::toString);
        assertTrue(judged.closed().orElseThrow().detail().contains("tie_word_embeddings"), judged::toString);
    }

    /** The flag that a merge leaves out: {@code llama} means false by it, {@code smollm3} true. */
    @ParameterizedTest
    @CsvSource({"llama, ''", "smollm3, structure", "nobody_knows, structure"})
    void aFlagThatWasLeftOutMeansWhatItsClassDoes(String type, String gate) throws Exception {
        RandomRun run = RandomRun.write(folder, DType.F16, 0.1, false, false);
        JsonObject config =
                withType(ModelConfig.read(FolderFiles.of(run.base())).json(), type);
        Files.writeString(run.base().resolve("config.json"), Json.write(withFlag(config, false)));
        ReferenceMerge merge = ReferenceMerge.of(run.base(), run.adapter());
        merge.config = withFlag(withType(merge.config, type), null);
        Judged judged = Judged.of(run.base(), run.adapter(), merge.write(folder.resolve("merged")));
        assertEquals(gate.equals("structure"), judged.gate().equals("structure"), judged::toString);
    }

    private static JsonObject withType(JsonObject config, String type) {
        return config.with(List.of("model_type"), new JsonText(type));
    }

    /** What a merge does that loses the head's delta: both ends are equal again, and nothing but the values tells. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aStaleHeadFailsWhateverTheFlagSays(boolean flag) throws Exception {
        RandomRun run = RandomRun.write(folder, DType.F16, 0.1, true, true);
        setFlag(run.base(), true);
        ReferenceMerge merge = ReferenceMerge.of(run.base(), run.adapter(), TiedEndsTest::withoutHead);
        merge.config = withFlag(merge.config, flag);
        Judged judged = Judged.of(run.base(), run.adapter(), merge.write(folder.resolve("merged")));
        assertEquals(flag ? "structure" : "weights", judged.gate(), judged::toString);
    }

    private static Map<String, ModuleDelta> withoutHead(Map<String, ModuleDelta> deltas) {
        deltas.remove("lm_head");
        return deltas;
    }

    private Judged judge(boolean equal, boolean trained, @Nullable Boolean ofBase, @Nullable Boolean ofMerge)
            throws Exception {
        RandomRun run = RandomRun.write(folder, DType.F16, 0.1, equal, trained);
        setFlag(run.base(), ofBase);
        ReferenceMerge merge = ReferenceMerge.of(run.base(), run.adapter());
        merge.config = withFlag(merge.config, ofMerge);
        return Judged.of(run.base(), run.adapter(), merge.write(folder.resolve("merged")));
    }

    private static void setFlag(Path model, @Nullable Boolean flag) throws IOException {
        JsonObject config = ModelConfig.read(FolderFiles.of(model)).json();
        Files.writeString(model.resolve("config.json"), Json.write(withFlag(config, flag)));
    }

    private static JsonObject withFlag(JsonObject config, @Nullable Boolean flag) {
        return flag == null ? config.without(FLAG) : config.with(FLAG, new JsonBool(flag));
    }
}
