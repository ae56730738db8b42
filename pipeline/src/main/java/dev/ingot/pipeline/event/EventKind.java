package dev.ingot.pipeline.event;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.event.Event.CheckpointMerged;
import dev.ingot.pipeline.event.Event.ModelPublished;
import dev.ingot.pipeline.event.Event.RunProgressed;
import dev.ingot.pipeline.event.Event.RunRejected;
import dev.ingot.pipeline.event.Event.RunRequested;
import dev.ingot.pipeline.event.Event.ShardDequantized;
import dev.ingot.pipeline.event.Event.ShardPlanned;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of events: the name under which one is written and sent, and the version of its form. */
public enum EventKind {
    RUN_REQUESTED("run.requested", RunRequested.class, StageName.INGEST),
    SHARD_PLANNED("shard.planned", ShardPlanned.class, StageName.DEQUANT),
    SHARD_DEQUANTIZED("shard.dequantized", ShardDequantized.class, StageName.MERGE),
    CHECKPOINT_MERGED("checkpoint.merged", CheckpointMerged.class, StageName.VALIDATE),
    RUN_PROGRESS("run.progress", RunProgressed.class),
    MODEL_PUBLISHED("model.published", ModelPublished.class),
    RUN_REJECTED("run.rejected", RunRejected.class);

    private final String id;
    private final Class<? extends Event> type;
    private final Optional<StageName> taker;

    EventKind(String id, Class<? extends Event.Broadcast> type) {
        this.id = id;
        this.type = type;
        this.taker = Optional.empty();
    }

    EventKind(String id, Class<? extends Event.Work> type, StageName taker) {
        this.id = id;
        this.type = type;
        this.taker = Optional.of(taker);
    }

    /** The name in events and of the topic: {@code shard.planned}. */
    public String id() {
        return id;
    }

    public Class<? extends Event> type() {
        return type;
    }

    /** Version of the form in which it is written; each has a JSON Schema of its own. */
    public int version() {
        return 1;
    }

    /** Whether exactly one worker gets each, rather than everyone who listens. */
    public boolean isWork() {
        return taker.isPresent();
    }

    /** The stage whose work it is; empty for a broadcast. */
    public Optional<StageName> taker() {
        return taker;
    }

    public static EventKind of(Event event) {
        return switch (event) {
            case RunRequested _ -> RUN_REQUESTED;
            case ShardPlanned _ -> SHARD_PLANNED;
            case ShardDequantized _ -> SHARD_DEQUANTIZED;
            case CheckpointMerged _ -> CHECKPOINT_MERGED;
            case RunProgressed _ -> RUN_PROGRESS;
            case ModelPublished _ -> MODEL_PUBLISHED;
            case RunRejected _ -> RUN_REJECTED;
        };
    }

    /** The kind of a class of events; empty for the interfaces above them. */
    public static Optional<EventKind> of(Class<?> type) {
        return Arrays.stream(values()).filter(kind -> kind.type == type).findFirst();
    }
}
