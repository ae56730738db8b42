package dev.ingot.checkpoint.pickle;

/** A value that holds others. It knows how deep it is and how large it would be written out, so that a bomb is seen while it is built. */
public abstract sealed class PickleContainer implements PickleValue
        permits PickleSequence, PickleMapping, PickleObject, PicklePersistent {
    private int depth = 1;
    private long expanded = 1;

    /** Levels of containers below and including this one. */
    final int depth() {
        return depth;
    }

    /** Values in it, each counted as often as it is reached; saturates. */
    final long expanded() {
        return expanded;
    }

    final void count(PickleValue held) {
        if (held instanceof PickleContainer container) {
            depth = Math.max(depth, container.depth + 1);
            expanded = saturated(expanded + container.expanded);
        } else {
            expanded = saturated(expanded + 1);
        }
    }

    private static long saturated(long sum) {
        return Math.min(sum, Long.MAX_VALUE / 4);
    }
}
