package dev.ingot.standalone;

import dev.ingot.standalone.terminal.Terminal;

/** Lets tests of other packages run a command line. */
public final class MainAccess {
    private MainAccess() {}

    public static int run(Terminal terminal, String... args) {
        return Main.run(terminal, args);
    }
}
