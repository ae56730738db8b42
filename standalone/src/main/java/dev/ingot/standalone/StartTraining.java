package dev.ingot.standalone;

import dev.ingot.checkpoint.DType;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.standalone.training.TrainingBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Level;

/**
 * Runs once at the end of a build, while the JVM records which classes the commands load and how their methods are used: what it records is what
 * {@code merge} and {@code dequantize} start with. Arguments: the demo's folder, and an empty folder to work in.
 */
public final class StartTraining {
    private final Terminal terminal = Terminal.ofProcess();
    private final Path work;

    private StartTraining(Path work) {
        this.work = work;
    }

    public static void main(String... args) throws IOException {
        StartTraining training = new StartTraining(Path.of(args[1]));
        ProcessLog.to(training.terminal.err(), Level.WARNING);
        training.dequantize(DType.BF16);
        training.dequantize(DType.F16);
        training.merge(Path.of(args[0]));
        System.exit(0);
    }

    private void dequantize(DType dtype) throws IOException {
        Path base = work.resolve("base-" + dtype);
        TrainingBase.write(base, dtype);
        run("dequantize", "--base", base.toString(), "--out", work.resolve("dequantized-" + dtype).toString());
    }

    private void merge(Path demo) {
        run(
                "merge",
                "--base",
                demo.resolve("base-nf4").toString(),
                "--adapter",
                demo.resolve("jargon-lora").toString(),
                "--validate",
                "structure",
                "--out",
                work.resolve("merged").toString());
    }

    private void run(String... args) {
        int code = Main.run(terminal, args);
        if (code != ExitCode.DELIVERED.code()) {
            throw new IllegalStateException(String.join(" ", args) + " ended with " + code);
        }
    }
}
