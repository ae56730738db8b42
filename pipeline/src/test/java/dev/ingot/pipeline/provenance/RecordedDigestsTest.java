package dev.ingot.pipeline.provenance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordedDigestsTest {
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private final MemoryStore store = new MemoryStore();
    private int opened;

    private RangedFile abc() throws IOException {
        opened++;
        store.createOnce("teams/blue/abc", "abc".getBytes(StandardCharsets.UTF_8));
        return store.open("teams/blue/abc").orElseThrow();
    }

    private String digest(String team, String identity) throws IOException {
        InputFile file = new InputFile(InputRole.BASE, "file:///base/", "model.safetensors", 3, identity);
        return new RecordedDigests(store, team).of(file, this::abc);
    }

    @Test
    void aFileIsReadOnceHoweverManyRunsAreMadeOfIt() throws IOException {
        assertEquals(OF_ABC, digest("blue", "m.safetensors:3:1"));
        assertEquals(OF_ABC, digest("blue", "m.safetensors:3:1"));
        assertEquals(1, opened);
    }

    @Test
    void aFileThatChangedAndOneOfAnotherTeamAreReadAgain() throws IOException {
        digest("blue", "m.safetensors:3:1");
        digest("blue", "m.safetensors:3:2");
        digest("red", "m.safetensors:3:1");
        assertEquals(3, opened);
    }

    @Test
    void aFileThatIsNamedByItsContentIsNotRead() throws IOException {
        assertEquals("0".repeat(64), digest("blue", "sha256:" + "0".repeat(64)));
        assertEquals(0, opened);
    }

    @Test
    void whatOnlyLooksLikeADigestIsRead() throws IOException {
        assertEquals(OF_ABC, digest("blue", "sha256:abc"));
        assertEquals(1, opened);
    }
}
