package dev.ingot.standalone;

import dev.ingot.standalone.terminal.Complaint;

/** Ends a command that knows better than its exception what to say. */
public final class CommandFailed extends RuntimeException {
    private final transient Complaint complaint;

    public CommandFailed(Complaint complaint) {
        super(complaint.sentence());
        this.complaint = complaint;
    }

    public CommandFailed(Complaint complaint, Throwable cause) {
        super(complaint.sentence(), cause);
        this.complaint = complaint;
    }

    public Complaint complaint() {
        return complaint;
    }
}
