package dev.ingot.standalone.terminal;

import java.util.Map;
import java.util.TreeMap;

/** What is known of one stage while a run goes on. Times are in nanoseconds of one clock. */
final class StageRow {
    private static final int NAME = 11;
    private static final int BAR = 16;
    private static final double NANOS = 1e9;

    private final String name;
    private final Map<Integer, Share> shares = new TreeMap<>();
    private String note = "";
    private String unit = "";
    private long started;
    private long ended;
    /** Over before it was heard of, so that nobody knows how long it took. */
    private boolean unseen;

    StageRow(String name) {
        this.name = name;
    }

    void at(int shard, long done, long total, String unit, String note, long now) {
        if (shares.isEmpty()) {
            started = now;
        }
        if (shard > 0) {
            // what was said of the stage as a whole, before its shards spoke
            shares.remove(0);
        }
        shares.put(shard, new Share(done, total));
        this.unit = unit.isEmpty() ? this.unit : unit;
        this.note = note.isEmpty() ? this.note : note;
    }

    void end(String note, long now) {
        if (shares.isEmpty()) {
            unseen = true;
            shares.put(0, new Share(0, 0));
        }
        this.note = note.isEmpty() ? this.note : note;
        ended = Math.max(now, started + 1);
    }

    boolean hasStarted() {
        return !shares.isEmpty();
    }

    boolean hasEnded() {
        return ended != 0;
    }

    /** The row as it stands now, at most {@code columns} wide. */
    String line(int columns, long now) {
        String left = pad(name, NAME) + note;
        String right = hasEnded() ? time() : hasStarted() ? gauge(now) : "";
        int room = columns - right.length() - 1;
        if (right.isEmpty() || room < NAME) {
            return cut(left, columns);
        }
        return pad(cut(left, room), room) + " " + right;
    }

    private String time() {
        return unseen ? "" : Amounts.seconds((ended - started) / NANOS);
    }

    private String gauge(long now) {
        long done = shares.values().stream().mapToLong(Share::done).sum();
        long total = shares.values().stream().anyMatch(share -> share.total == 0)
                ? 0
                : shares.values().stream().mapToLong(Share::total).sum();
        if (total <= 0) {
            return done > 0 ? amount(done) : "";
        }
        double seconds = (now - started) / NANOS;
        StringBuilder text = new StringBuilder(bar(done, total)).append("  ").append(amount(done, total));
        if (seconds > 0.5 && done > 0) {
            if (unit.equals("bytes")) {
                text.append("   ")
                        .append(Amounts.bytes((long) (done / seconds)))
                        .append("/s");
            }
            text.append("   ")
                    .append(Amounts.seconds(Math.ceil(seconds * (total - done) / done))
                            .replace(".0 s", " s"))
                    .append(" left");
        }
        return text.toString();
    }

    private String amount(long done) {
        return unit.equals("bytes") ? Amounts.bytes(done) : "%,d %s".formatted(done, unit);
    }

    private String amount(long done, long total) {
        if (unit.equals(ProgressBoard.PERCENT)) {
            return "%3d %%".formatted(done);
        }
        return unit.equals("bytes") ? Amounts.bytesOf(done, total) : "%,d / %,d %s".formatted(done, total, unit);
    }

    static String bar(long done, long total) {
        int full = (int) Math.min(BAR, Math.max(0, Math.round((double) done / total * BAR)));
        return "█".repeat(full) + "░".repeat(BAR - full);
    }

    static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }

    private record Share(long done, long total) {}
}
