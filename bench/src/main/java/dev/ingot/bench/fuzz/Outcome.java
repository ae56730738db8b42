package dev.ingot.bench.fuzz;

import java.util.List;

/** How a trial went. */
sealed interface Outcome {
    /** @param digests CRC32C of each shard */
    record Accepted(List<Integer> digests) implements Outcome {}

    /** @param code of the refusal */
    record Refused(String code) implements Outcome {}

    /** What must not happen: another exception, or an output that is not whole and finite. */
    record Broken(String what) implements Outcome {}
}
