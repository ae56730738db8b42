package dev.ingot.checkpoint.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFoldersTest {
    private static final String CONFIG = "/adapter_config.json";
    private static final String STATE = """
            {"best_metric": 1.5, "best_model_checkpoint": "/home/me/out/checkpoint-9", "global_step": 10,
             "log_history": [{"step": 9, "loss": 2.0}, {"step": 9, "eval_runtime": 3.0, "eval_accuracy": 0.5, "eval_loss": 1.5}, {"step": 10, "eval_loss": 1.75}]}
            """;

    private final Map<String, String> files = new TreeMap<>();

    private String choose(String choice) throws IOException {
        FileSet set = new Texts(files);
        return AdapterFolders.of(set)
                .choose(set, Optional.of(choice).filter(text -> !text.isEmpty()).map(CheckpointChoice::new));
    }

    private RefusedInput refusal(String choice) {
        return assertThrows(RefusedInput.class, () -> choose(choice));
    }

    private void threeCheckpoints() {
        files.put("checkpoint-9" + CONFIG, "{}");
        files.put("checkpoint-10" + CONFIG, "{}");
        files.put("checkpoint-10/trainer_state.json", STATE);
        files.put("checkpoint-10/optimizer.pt", "");
        files.put("checkpoint-100/model.safetensors", "");
        files.put("runs/events.out.tfevents.1", "");
    }

    @ParameterizedTest
    @CsvSource({"last, checkpoint-10", "best, checkpoint-9", "9, checkpoint-9", "010, checkpoint-10"})
    void a_checkpoint_is_chosen_by_number_and_not_by_spelling(String choice, String folder) throws IOException {
        threeCheckpoints();
        assertEquals(folder, choose(choice));
    }

    @Test
    void a_trainer_that_names_no_saved_best_names_the_step() throws IOException {
        threeCheckpoints();
        files.put("checkpoint-10/trainer_state.json", "{\"best_model_checkpoint\": null, \"best_global_step\": 9}");
        assertEquals("checkpoint-9", choose("best"));
        files.put(
                "checkpoint-10/trainer_state.json",
                "{\"best_model_checkpoint\": \"out/checkpoint-10\", \"best_global_step\": 9}");
        assertEquals("checkpoint-10", choose("best"));
    }

    @Test
    void checkpoints_without_a_config_of_their_own_are_checkpoints_where_none_has_one() throws IOException {
        files.put("adapter_config.json", "{}");
        files.put("checkpoint-1/trainer_state.json", "{}");
        files.put("checkpoint-2/pytorch_model.bin", "");
        assertEquals("checkpoint-2", choose("last"));
        assertEquals("", choose(""));
    }

    @Test
    void several_checkpoints_without_a_choice_are_listed_with_what_was_measured() {
        threeCheckpoints();
        RefusedInput refusal = refusal("");
        assertEquals("adapter.several", refusal.code());
        assertTrue(
                refusal.getMessage().contains("checkpoint-9 (eval_loss 1.500, best), checkpoint-10 (eval_loss 1.750)"),
                refusal.getMessage());
        assertTrue(refusal.remedy().contains("--checkpoint"), refusal.remedy());
    }

    @Test
    void the_folder_itself_is_the_adapter_where_it_holds_one() throws IOException {
        threeCheckpoints();
        files.put("adapter_config.json", "{}");
        assertEquals("", choose(""));
        assertEquals("checkpoint-10", choose("last"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint-7", "style", "checkpoint-final"})
    void the_only_one_there_is_needs_no_choice(String folder) throws IOException {
        files.put(folder + CONFIG, "{}");
        files.put("merged/model.safetensors", "");
        assertEquals(folder, choose(""));
    }

    @Test
    void named_adapters_without_a_choice_are_listed() {
        files.put("facts" + CONFIG, "{}");
        files.put("style" + CONFIG, "{}");
        RefusedInput refusal = refusal("");
        assertTrue(refusal.getMessage().contains("2 adapters: facts, style;"), refusal.getMessage());
        assertTrue(refusal.remedy().contains("--adapter DIR#facts"), refusal.remedy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"11", "100"})
    void a_step_that_is_not_there_or_holds_no_adapter_is_refused_with_those_there_are(String step) {
        threeCheckpoints();
        RefusedInput refusal = refusal(step);
        assertEquals("adapter.no-checkpoint", refusal.code());
        assertTrue(refusal.getMessage().contains("checkpoint-9 ("), refusal.getMessage());
    }

    @Test
    void the_best_is_never_guessed() {
        threeCheckpoints();
        files.put("checkpoint-10/trainer_state.json", "{\"best_model_checkpoint\": null}");
        assertEquals("adapter.no-checkpoint", refusal("best").code());
        files.put("checkpoint-10/trainer_state.json", "{\"best_model_checkpoint\": \"out/checkpoint-5\"}");
        assertTrue(refusal("best").getMessage().contains("checkpoint-5 the best"));
    }

    @Test
    void a_choice_among_no_checkpoints_is_refused() {
        files.put("adapter_config.json", "{}");
        assertEquals("adapter.no-checkpoint", refusal("last").code());
    }

    @Test
    void a_folder_without_any_config_is_left_to_its_reader() throws IOException {
        files.put("model.safetensors", "");
        assertEquals("", choose(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "first", "-1", "1.5", "Last"})
    void another_choice_is_none(String text) {
        assertThrows(IllegalArgumentException.class, () -> new CheckpointChoice(text));
    }

    /** Files of text. */
    private record Texts(Map<String, String> files) implements FileSet {
        @Override
        public String location() {
            return "out";
        }

        @Override
        public List<FileInfo> list() {
            return files.keySet().stream().map(this::info).toList();
        }

        private FileInfo info(String name) {
            return new FileInfo(name, files.get(name).length(), name);
        }

        @Override
        public Optional<RangedFile> open(String name) {
            return Optional.ofNullable(files.get(name)).map(text -> new RangedFile() {
                @Override
                public FileInfo info() {
                    return Texts.this.info(name);
                }

                @Override
                public void read(long position, ByteBuffer into) {
                    into.put(text.getBytes(StandardCharsets.UTF_8), (int) position, into.remaining());
                }

                @Override
                public void close() {}
            });
        }
    }
}
