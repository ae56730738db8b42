package dev.ingot.standalone.terminal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Shows how far each stage of a run got: rows that are drawn again in place on a terminal; elsewhere one line every ten
 * seconds, later every minute, where there is something new to say, and one when a stage ends. Safe for calls from any thread.
 */
public final class ProgressBoard implements AutoCloseable {
    /** The unit of a share: {@code total} is 100. */
    public static final String PERCENT = "%";

    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long PLAIN_NANOS = 10_000_000_000L;
    private static final long LONGEST_PLAIN_NANOS = 60_000_000_000L;
    private static final int PLAIN_COLUMNS = 100;

    private final Terminal terminal;
    private final LongSupplier clock;
    private final Map<String, StageRow> rows = new LinkedHashMap<>();
    private final Map<String, String> said = new HashMap<>();
    private final long begun;
    private int drawn;
    private long lastDrawn;
    private boolean closed;

    public ProgressBoard(Terminal terminal, List<String> stages) {
        this(terminal, stages, System::nanoTime);
    }

    ProgressBoard(Terminal terminal, List<String> stages, LongSupplier clock) {
        this.terminal = terminal;
        this.clock = clock;
        stages.forEach(stage -> rows.put(stage, new StageRow(stage)));
        this.begun = clock.getAsLong();
        this.lastDrawn = begun;
    }

    /** A stage got further with one of its shards (0: it has none); {@code total} 0 when it is not known. */
    public synchronized void at(String stage, int shard, long done, long total, String unit, String note) {
        StageRow row = row(stage);
        if (closed || row.hasEnded()) {
            return;
        }
        long now = clock.getAsLong();
        row.at(shard, done, total, unit, note, now);
        if (now - lastDrawn >= (terminal.isLive() ? REDRAW_NANOS : plainNanos(now))) {
            draw(stage, row, now);
        }
    }

    /** A stage is through; {@code note} says with what, or is empty to keep what it said last. */
    public synchronized void ended(String stage, String note) {
        StageRow row = row(stage);
        if (closed || row.hasEnded()) {
            return;
        }
        long now = clock.getAsLong();
        row.end(note, now);
        draw(stage, row, now);
    }

    /** Leaves what is shown as it is and says nothing more. */
    @Override
    public synchronized void close() {
        if (!closed && terminal.isLive() && rows.values().stream().anyMatch(StageRow::hasStarted)) {
            draw("", rows.values().iterator().next(), clock.getAsLong());
        }
        closed = true;
    }

    private StageRow row(String stage) {
        return rows.computeIfAbsent(stage, StageRow::new);
    }

    /** The longer a run takes, the rarer its lines in a log. */
    private long plainNanos(long now) {
        return Math.clamp((now - begun) / 4, PLAIN_NANOS, LONGEST_PLAIN_NANOS);
    }

    private void sayNew(String stage, String line) {
        if (!line.equals(said.put(stage, line))) {
            terminal.say(line);
        }
    }

    private void draw(String stage, StageRow changed, long now) {
        lastDrawn = now;
        if (!terminal.isLive()) {
            sayNew(stage, changed.line(PLAIN_COLUMNS, now).stripTrailing());
            return;
        }
        List<String> lines = new ArrayList<>();
        for (StageRow row : rows.values()) {
            if (row.hasStarted()) {
                lines.add(row.line(terminal.columns() - 1, now));
            }
        }
        StringBuilder text = new StringBuilder();
        if (drawn > 0) {
            text.append("\u001b[").append(drawn).append('A');
        }
        for (String line : lines) {
            text.append("\r\u001b[K").append(line).append('\n');
        }
        drawn = lines.size();
        terminal.err().print(text);
        terminal.err().flush();
    }
}
