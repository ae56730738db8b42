package dev.ingot.validate.recompute;

import java.util.ArrayList;
import java.util.List;

/**
 * Which rows of a tensor are compared: all of them, or some that are spread evenly, first and last included.
 *
 * @param limit rows x columns that are compared at most, roughly; 0 for all
 */
record Stretches(long limit) {
    /** Elements that are held in memory at once. */
    private static final long STRETCH = 1 << 16;

    private static final int SPREAD = 8;

    /** Rows {@code [first, first + count)}. */
    record Rows(long first, int count) {}

    List<Rows> of(long rows, long columns) {
        long atOnce = Math.clamp(STRETCH / Math.max(columns, 1), 1, rows);
        boolean all = limit == 0 || rows * columns <= limit;
        long perStretch = all ? atOnce : Math.clamp(limit / SPREAD / Math.max(columns, 1), 1, atOnce);
        long step = all ? atOnce : Math.max(perStretch, (rows - perStretch) / (SPREAD - 1));
        List<Rows> stretches = new ArrayList<>();
        for (long first = 0; first < rows; first += step) {
            stretches.add(new Rows(first, (int) Math.min(perStretch, rows - first)));
        }
        return stretches;
    }
}
