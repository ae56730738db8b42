package dev.ingot.standalone.terminal;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A terminal whose output a test can read. */
public record RecordedTerminal(ByteArrayOutputStream outBytes, ByteArrayOutputStream errBytes, Terminal terminal) {
    /** {@code columns} 0: stderr is no terminal. */
    public static RecordedTerminal of(int columns) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        return new RecordedTerminal(
                out,
                err,
                new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        columns,
                        false));
    }

    public String out() {
        return outBytes.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return errBytes.toString(StandardCharsets.UTF_8);
    }

    public List<String> errLines() {
        return err().lines().toList();
    }
}
