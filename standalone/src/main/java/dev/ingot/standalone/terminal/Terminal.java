package dev.ingot.standalone.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command says things: results on stdout, all else on stderr.
 *
 * @param columns of the terminal behind stderr; 0 where stderr is a file or a pipe, and lines must stand for themselves
 * @param colored whether escape sequences for colour may be used
 */
public record Terminal(PrintStream out, PrintStream err, int columns, boolean colored) {
    private static final int USUAL_COLUMNS = 100;

    /** The terminal that this process was started in. The launcher says how wide it is ({@code ingot.terminal}). */
    public static Terminal ofProcess() {
        int columns = columns(System.getProperty("ingot.terminal"));
        boolean colored = columns > 0
                && System.getenv("NO_COLOR") == null
                && !"dumb".equals(System.getenv().getOrDefault("TERM", "dumb"));
        return new Terminal(utf8(FileDescriptor.out), utf8(FileDescriptor.err), columns, colored);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    private static int columns(String told) {
        if (told != null) {
            return told.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(told) : USUAL_COLUMNS;
        }
        return stderrIsTerminal() ? USUAL_COLUMNS : 0;
    }

    private static boolean stderrIsTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException none) {
            // no /proc: whoever wants bars uses the launcher, which knows
            return false;
        }
    }

    /** Whether lines can be drawn again in place. */
    public boolean isLive() {
        return columns > 0;
    }

    /** One line of the result. */
    public void result(String line) {
        out.println(line);
    }

    /** One line of progress, summary or complaint. */
    public void say(String line) {
        err.println(line);
    }

    /** The text in this colour, or as it is where colours are not wanted. */
    public String paint(Color color, String text) {
        return colored ? color.code + text + "\u001b[0m" : text;
    }

    /** The few colours in use; none carries meaning alone. */
    public enum Color {
        BOLD("\u001b[1m"),
        DIM("\u001b[2m"),
        RED("\u001b[31m"),
        GREEN("\u001b[32m"),
        YELLOW("\u001b[33m"),
        ACCENT("\u001b[36m");

        private final String code;

        Color(String code) {
            this.code = code;
        }
    }
}
