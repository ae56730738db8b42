package dev.ingot.pipeline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterChoiceTest {
    @TempDir
    Path dir;

    private final MemoryStore bucket = new MemoryStore();
    private final Sources sources = Sources.anyFolder().withBucket("runs", bucket);

    private void put(String file) throws IOException {
        bucket.createOnce(file, "{}".getBytes(StandardCharsets.UTF_8));
        Path path = dir.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "{}");
    }

    private void trainerFolder() throws IOException {
        for (String folder : new String[] {"checkpoint-9", "checkpoint-10", "style", "facts"}) {
            put("out/" + folder + "/adapter_config.json");
        }
    }

    private String chosen(String asked, String checkpoint) throws IOException {
        Optional<CheckpointChoice> choice =
                Optional.ofNullable(checkpoint).filter(text -> !text.isEmpty()).map(CheckpointChoice::new);
        return new AdapterChoice(sources, choice).of(asked).toString();
    }

    private RefusedInput refusal(String asked, String checkpoint) {
        return assertThrows(RefusedInput.class, () -> chosen(asked, checkpoint));
    }

    @ParameterizedTest
    @CsvSource({
        "s3://runs/out, last, s3://runs/out/checkpoint-10",
        "s3://runs/out/, 9, s3://runs/out/checkpoint-9",
        "s3://runs/out#style, '', s3://runs/out/style",
        "s3://runs/out/style, '', s3://runs/out/style"
    })
    void aBucketIsChosenFromLikeAFolder(String asked, String checkpoint, String expected) throws IOException {
        trainerFolder();
        assertEquals(expected, chosen(asked, checkpoint));
    }

    @ParameterizedTest
    @CsvSource({"'', last, checkpoint-10", "#facts, '', facts"})
    void aFolderAsUriTakesAFragment(String fragment, String checkpoint, String folder) throws IOException {
        trainerFolder();
        assertEquals(
                dir.resolve("out").resolve(folder).toUri().toString(),
                chosen(dir.resolve("out").toUri() + fragment, checkpoint));
    }

    @Test
    void withoutAChoiceTheCandidatesAreListed() throws IOException {
        trainerFolder();
        RefusedInput refusal = refusal("s3://runs/out", "");
        assertEquals("adapter.several", refusal.code());
        assertTrue(refusal.getMessage().contains("checkpoint-9, checkpoint-10; facts, style"), refusal.getMessage());
    }

    @Test
    void aNameThatIsNotThereIsAnsweredWithThoseThatAre() throws IOException {
        trainerFolder();
        RefusedInput refusal = refusal("s3://runs/out#fact", "");
        assertEquals("adapter.not-found", refusal.code());
        assertTrue(
                refusal.getMessage().contains("it has checkpoint-9, checkpoint-10, facts, style"),
                refusal.getMessage());
        assertEquals("adapter.no-checkpoint", refusal("s3://runs/out", "11").code());
    }

    @Test
    void aNamedAdapterMayLieInsideOfTheCheckpoint() throws IOException {
        put("out/checkpoint-3/trainer_state.json");
        put("out/checkpoint-3/style/adapter_config.json");
        put("out/checkpoint-3/facts/adapter_config.json");
        assertEquals("s3://runs/out/checkpoint-3/style", chosen("s3://runs/out#style", "last"));
        assertEquals("adapter.several", refusal("s3://runs/out", "last").code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://runs/out#..", "s3://runs/out#a//b", "s3://runs/out#a#b"})
    void aNameIsAPlainPath(String asked) throws IOException {
        trainerFolder();
        assertTrue(refusal(asked, "").code().matches("source.name|adapter.not-found"), asked);
    }

    @ParameterizedTest
    @CsvSource({
        "s3://b/out, ''",
        "s3://b/out#two, two",
        "hf://org/name@main#sub, ''",
        "hf://org/name@main#sub#two, two",
        "hf://org/name@main##two, two"
    })
    void anExactPlaceReadsAsItWasWritten(String text, String inMemory) {
        AdapterPlace place = AdapterPlace.parse(text);
        assertEquals(inMemory, place.inMemory());
        assertEquals(text, place.toString());
    }
}
