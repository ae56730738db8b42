package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot merge} on what torch.save wrote. */
@Timeout(120)
class TorchCheckpointTest {
    private static final Path RESOURCES =
            Path.of("../checkpoint/src/test/resources").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    @Test
    void aBaseAndAnAdapterInTorchFilesMergeToTheSameBytesAsInSafetensors() throws IOException {
        Path torch = merge("torch/base", "torch/adapter");
        Path safetensors = merge("fixtures/base-bf16-untied", "fixtures/adapters/patterns");
        assertArrayEquals(Files.readAllBytes(safetensors), Files.readAllBytes(torch));
    }

    private Path merge(String base, String adapter) {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        Path out = dir.resolve(base.replace('/', '-'));
        int exit = MainAccess.run(
                recorded.terminal(),
                "merge",
                "--base",
                RESOURCES.resolve(base).toString(),
                "--adapter",
                RESOURCES.resolve(adapter).toString(),
                "--out",
                out.toString());
        assertEquals(0, exit, recorded.err());
        return out.resolve("model.safetensors");
    }
}
