package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An adapter whose config tells of more than its tensors do: what was trained of it is not there any more. */
@Timeout(120)
class LostPartsTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures")
            .toAbsolutePath()
            .normalize();

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    /** PEFT ends with a KeyError on it. */
    @Test
    void aModuleThatWasTrainedWholeAndIsNotThereIsRefused() throws IOException {
        assertEquals(3, merge("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]"));
        assertTrue(recorded.err().contains("adapter.saved-module-missing"), recorded.err());
        assertTrue(recorded.err().contains("nothing for lm_head.weight"), recorded.err());
    }

    /** PEFT leaves the others out without a word. */
    @Test
    void tensorsOfLayersThatTheConfigLeavesOutAreRefused() throws IOException {
        assertEquals(3, merge("\"layers_to_transform\": null", "\"layers_to_transform\": [0]"));
        assertTrue(recorded.err().contains("adapter.untargeted"), recorded.err());
        assertTrue(recorded.err().contains("layers.1."), recorded.err());
    }

    /** PEFT warns. */
    @Test
    void aTargetForWhichNothingWasSavedIsNamed() throws IOException {
        assertEquals(0, merge("\"q_proj\"", "\"q_proj\", \"o_proj\""), recorded.err());
        String report = Files.readString(dir.resolve("out/report.json"));
        assertTrue(report.contains("target_modules names o_proj, but the adapter has nothing"), report);
    }

    private int merge(String text, String other) throws IOException {
        Path adapter = Files.createDirectory(dir.resolve("adapter"));
        Path fixture = FIXTURES.resolve("adapters/patterns");
        String config = Files.readString(fixture.resolve("adapter_config.json"));
        assertTrue(config.contains(text), config);
        Files.writeString(adapter.resolve("adapter_config.json"), config.replace(text, other));
        Files.copy(fixture.resolve("adapter_model.safetensors"), adapter.resolve("adapter_model.safetensors"));
        return MainAccess.run(
                recorded.terminal(),
                "merge",
                "--base",
                FIXTURES.resolve("base-bf16-untied").toString(),
                "--adapter",
                adapter.toString(),
                "--out",
                dir.resolve("out").toString());
    }
}
