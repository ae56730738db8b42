package dev.ingot.standalone.terminal;

/** How a command ended, for scripts. The codes are part of the interface and never change their meaning. */
public enum ExitCode {
    DELIVERED(0, "delivered"),
    OURS(1, "Ingot's own fault; the message says what to send us"),
    USAGE(2, "wrong usage; nothing was done"),
    REFUSED(3, "input refused; nothing was written"),
    REJECTED(4, "a gate refused the model: the report says which; not delivered unless asked for"),
    DEPENDENCY(5, "a dependency failed (store, broker, server, disk full): try again");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    /** One line for the help. */
    public String meaning() {
        return meaning;
    }
}
