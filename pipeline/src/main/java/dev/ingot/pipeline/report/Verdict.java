package dev.ingot.pipeline.report;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import java.time.Instant;

/** How a run ended; {@code result.json}, create-once. */
public sealed interface Verdict {
    RunRef run();

    Instant at();

    /** The gates passed. */
    record Published(RunRef run, Instant at, String model, int version) implements Verdict {}

    /** Input refused, a gate failed, or too many attempts. */
    record Rejected(RunRef run, Instant at, StageName stage, String code, String sentence, String remedy)
            implements Verdict {}
}
