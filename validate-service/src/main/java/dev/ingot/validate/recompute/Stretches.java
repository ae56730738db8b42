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

    /** Of an expert's matrix: one of its upper half, where a fused one has the gate, and one of its lower. */
    private static final int HALVES = 2;

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

    /**
     * The same of a tensor in which an adapter changed matrices that stand one below the other, experts as a rule: a sample has two rows of each, further down in each than in the
     * one before.
     */
    List<Rows> of(long rows, long columns, long matrices) {
        long half = matrices < 1 || rows % matrices != 0 ? 0 : rows / matrices / HALVES;
        if (limit == 0 || rows * columns <= limit || matrices <= SPREAD || half == 0) {
            return of(rows, columns);
        }
        List<Rows> stretches = new ArrayList<>();
        for (long matrix = 0; matrix < matrices; matrix++) {
            long down = matrix * (half - 1) / (matrices - 1);
            for (int part = 0; part < HALVES; part++) {
                stretches.add(new Rows(matrix * (rows / matrices) + part * half + down, 1));
            }
        }
        return stretches;
    }
}
