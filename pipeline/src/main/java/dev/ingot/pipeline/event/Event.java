package dev.ingot.pipeline.event;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;

/** Something that happened to a run. Large data never travels in one: an event names what to look up in the store. */
public sealed interface Event {
    EventHeader header();

    default RunRef run() {
        return header().run();
    }

    /** Events that are work: each is done by exactly one worker of the stage that consumes it. */
    sealed interface Work extends Event permits RunRequested, ShardPlanned, ShardDequantized, CheckpointMerged {}

    /** Events that everyone who listens gets. */
    sealed interface Broadcast extends Event permits RunProgressed, ModelPublished, RunRejected {}

    /** A team handed in a run; its request stands in the store. */
    record RunRequested(EventHeader header) implements Work {}

    /** The plan stands in the store, and this shard of it waits to be dequantized. */
    record ShardPlanned(EventHeader header, int shard) implements Work {}

    /** What merge needs for this shard is at hand: dequantized, or nothing had to be. */
    record ShardDequantized(EventHeader header, int shard) implements Work {}

    /** Every shard of the plan has its marker. */
    record CheckpointMerged(EventHeader header) implements Work {}

    /**
     * A stage got further.
     *
     * @param done and total in {@code unit}; total 0 when it is not known
     * @param note what a person would want to know now, or empty
     */
    record RunProgressed(
            EventHeader header, StageName stage, int shard, long done, long total, String unit, String note)
            implements Broadcast {}

    /** The gates passed and the manifest of this version exists. */
    record ModelPublished(EventHeader header, String model, int version) implements Broadcast {}

    /** The run ended without a model. */
    record RunRejected(EventHeader header, StageName stage, String code, String sentence, String remedy)
            implements Broadcast {}
}
