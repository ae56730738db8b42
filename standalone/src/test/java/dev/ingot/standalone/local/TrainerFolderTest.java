package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot merge} on a folder as a trainer leaves it. */
@Timeout(120)
class TrainerFolderTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    @BeforeEach
    void train() throws IOException {
        for (int step : new int[] {9, 10}) {
            Path checkpoint = Files.createDirectories(dir.resolve("out/checkpoint-" + step));
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                Files.copy(DEMO.resolve("jargon-lora").resolve(file), checkpoint.resolve(file));
            }
            Files.writeString(
                    checkpoint.resolve("trainer_state.json"),
                    "{\"best_model_checkpoint\": \"out/checkpoint-9\", \"log_history\": [{\"step\": 9, \"eval_loss\": 1.5}]}");
            for (String left : List.of(
                    "optimizer.pt",
                    "scheduler.pt",
                    "rng_state.pth",
                    "training_args.bin",
                    "value_head.safetensors",
                    "policy.pt",
                    "README.md")) {
                Files.writeString(checkpoint.resolve(left), "no tensor of the adapter");
            }
            Files.writeString(
                    Files.createDirectories(checkpoint.resolve("merged")).resolve("model.safetensors"), "x");
        }
    }

    private int merge(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "merge",
                "--base",
                DEMO.resolve("base-nf4").toString(),
                "--adapter",
                dir.resolve("out").toString(),
                "--out",
                dir.resolve("merged").toString(),
                "--validate",
                "structure"));
        args.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), args.toArray(String[]::new));
    }

    @Test
    void theBestCheckpointIsMergedAndWhatLiesAroundItIsNot() {
        assertEquals(0, merge("--checkpoint", "best"), recorded.err());
        assertTrue(recorded.err().contains("adapter: checkpoint-9 of"), recorded.err());
        String out = recorded.out().replaceAll("\\s+", " ");
        assertTrue(out.contains("optimizer.pt, scheduler.pt (state of the optimizer)"), out);
        assertTrue(
                out.contains(
                        "value_head.safetensors (head of a reward or value model); policy.pt (weights that PEFT does not read)"),
                out);
        assertTrue(out.contains("merged/ (weights in a folder of their own)"), out);
    }

    @Test
    void withoutAChoiceTheCheckpointsAreListed() {
        assertEquals(3, merge(), recorded.err());
        String err = recorded.err().replaceAll("\\s+", " ");
        assertTrue(err.contains("checkpoint-9 (eval_loss 1.500, best), checkpoint-10"), err);
        assertTrue(Files.notExists(dir.resolve("merged")));
    }

    @Test
    void aChoiceThatIsNoneIsWrongUsage() {
        assertEquals(2, merge("--checkpoint", "newest"), recorded.err());
    }
}
