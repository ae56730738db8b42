package dev.ingot.standalone.local;

import dev.ingot.standalone.CommandFailed;
import dev.ingot.standalone.terminal.Complaint;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Work that delivers into a folder or leaves nothing there, however it ends: a failure's complaint says what is left, and being told to stop
 * ends it as well as a fault.
 */
final class AllOrNothing {
    private final Terminal terminal;
    private final OutFolder out;
    private final Path shown;

    /** @param shown the folder as the user named it */
    AllOrNothing(Terminal terminal, OutFolder out, Path shown) {
        this.terminal = terminal;
        this.out = out;
        this.shown = shown;
    }

    /** What delivers. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Runs to the end, then closes the folder. Throws what ended it early. */
    <T> T run(Work<T> work) throws IOException, InterruptedException {
        out.check();
        // closed last: the JVM may go only when everything is tidied up and said
        try (Interruption interruption = Interruption.watch(Thread.currentThread())) {
            try {
                return deliverOrDiscard(work);
            } catch (InterruptedException | IOException | RuntimeException failed) {
                if (failed instanceof InterruptedException || interruption.wasAsked()) {
                    terminal.say("stopped; " + left());
                    throw stopped(failed);
                }
                throw new CommandFailed(complaint(failed).leaving(left()), failed);
            }
        }
    }

    private <T> T deliverOrDiscard(Work<T> work) throws IOException, InterruptedException {
        try (out) {
            return work.run();
        }
    }

    /** Whatever failed after the run was told to stop failed because of that: a channel says "closed" where other code says "interrupted". */
    private static InterruptedException stopped(Exception failed) {
        if (failed instanceof InterruptedException interrupted) {
            return interrupted;
        }
        InterruptedException stopped = new InterruptedException("stopped");
        stopped.initCause(failed);
        return stopped;
    }

    private String left() {
        return out.isTidy()
                ? "nothing was written to " + shown
                : "what was written to " + out.own() + " could not be removed";
    }

    private static Complaint complaint(Exception failed) {
        return failed instanceof CommandFailed known ? known.complaint() : Complaint.of(failed);
    }
}
