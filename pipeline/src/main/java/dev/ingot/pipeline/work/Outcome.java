package dev.ingot.pipeline.work;

/** How a task ended. "No exception was thrown" is never success. */
public sealed interface Outcome {
    /** The work is done; its result goes into the marker. */
    record Done(StageResult result) implements Outcome {}

    /** The input is refused or a gate failed: the run ends here. */
    record Rejected(String code, String sentence, String remedy) implements Outcome {}

    /** A dependency failed; somebody tries again. */
    record RetryLater(String reason) implements Outcome {}
}
