package dev.ingot.pipeline.report;

/** A 95 % bootstrap interval of a figure: where it would lie on other text of the same kind. */
public record Interval(double low, double high) {
    /** Whether a limit lies inside, so that the figure does not tell on which side of it the truth is. */
    public boolean holds(double limit) {
        return low <= limit && limit <= high;
    }
}
