package dev.ingot.validate.recompute;

import java.io.IOException;

/** What an adapter adds to rows of one tensor. Used by one thread. */
interface Added {
    /**
     * Makes ready for the rows that follow.
     *
     * @param base their values before
     */
    void band(long first, int rows, float[] base) throws IOException;

    /** What is added to one row of the band. */
    void row(long row, float[] into);

    /** How large the numbers are of which one element is the sum: its unit of rounding follows from that. */
    double magnitude(long row, int column);
}
