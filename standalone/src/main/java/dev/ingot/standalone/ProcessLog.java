package dev.ingot.standalone;

import io.quarkus.bootstrap.logging.InitialConfigurator;
import java.io.PrintStream;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/**
 * Sends what is logged before (or without) Quarkus to stderr. Quarkus holds such records back until it starts, which most commands never do:
 * without this, their warnings would be lost.
 */
final class ProcessLog extends Handler {
    private static final Logger ROOT = Logger.getLogger("");

    private final PrintStream err;

    private ProcessLog(PrintStream err, Level level) {
        this.err = err;
        setLevel(level);
        setFormatter(new PatternFormatter("%-5p %s%e%n"));
    }

    /** Sends records of this level and above to {@code err}; asked again, the newer answer counts. */
    static void to(PrintStream err, Level level) {
        // The log manager asks InitialConfigurator for this very handler: started from within its initializer, it would
        // get null.
        ROOT.setLevel(level);
        InitialConfigurator.DELAYED_HANDLER.setHandlers(new Handler[] {new ProcessLog(err, level)});
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        try {
            err.print(getFormatter().format(ExtLogRecord.wrap(record)));
        } catch (RuntimeException e) {
            reportError(null, e, ErrorManager.FORMAT_FAILURE);
        }
    }

    @Override
    public void flush() {
        err.flush();
    }

    @Override
    public void close() {
        err.flush();
    }
}
