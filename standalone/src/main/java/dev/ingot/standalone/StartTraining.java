package dev.ingot.standalone;

import dev.ingot.checkpoint.DType;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.standalone.training.TrainingBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;

/**
 * Runs once at the end of a build, while the JVM records which classes {@code ingot dequantize} loads and how its methods are used: with that it
 * starts from then on. Argument: an empty folder to work in.
 */
public final class StartTraining {
    private StartTraining() {}

    public static void main(String... args) throws IOException {
        Terminal terminal = Terminal.ofProcess();
        ProcessLog.to(terminal.err(), Level.WARNING);
        for (DType dtype : List.of(DType.F16, DType.BF16)) {
            dequantize(terminal, Path.of(args[0]).resolve(dtype.torchName()), dtype);
        }
        System.exit(ExitCode.DELIVERED.code());
    }

    private static void dequantize(Terminal terminal, Path work, DType dtype) throws IOException {
        String base = work.resolve("base").toString();
        TrainingBase.write(Path.of(base), dtype);
        int code = Main.run(
                terminal,
                "dequantize",
                "--base",
                base,
                "--out",
                work.resolve("dequantized").toString());
        if (code != ExitCode.DELIVERED.code()) {
            throw new IllegalStateException(
                    "the base in " + base + " was made to be dequantized, and that ended with " + code);
        }
    }
}
