package dev.ingot.pipeline.work;

import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.pipeline.work.StageResult.Planned;
import dev.ingot.pipeline.work.StageResult.Validated;
import java.io.IOException;
import org.jboss.logging.Logger;

/** Writes markers. One attempt at a task wins; the others learn who did, and are held against it. */
final class Commit {
    private static final Logger LOG = Logger.getLogger(Commit.class);

    private final RunFiles files;

    Commit(RunFiles files) {
        this.files = files;
    }

    /** The marker that stands: {@code mine}, or that of the attempt that was first. */
    Marker commit(TaskId task, Marker mine) throws IOException {
        Marker winner = files.createOrRead(new RunKeys(task.run()).done(task), mine, Marker.class);
        if (!winner.attempt().equals(mine.attempt())) {
            LOG.infof("another attempt was first: run=%s task=%s attempt=%s", task.run(), task.id(), winner.attempt());
            compare(task, winner, mine);
        }
        return winner;
    }

    private static void compare(TaskId task, Marker winner, Marker mine) {
        if (!sameBytes(winner.result(), mine.result())) {
            LOG.errorf(
                    "two attempts at one task gave different bytes: run=%s task=%s attempt=%s attempt=%s",
                    task.run(), task.id(), winner.attempt(), mine.attempt());
        }
    }

    /** Whether two results of one task agree as they must; a report says when it was made, so that two never do. */
    static boolean sameBytes(StageResult one, StageResult other) {
        return switch (one) {
            case Planned a when other instanceof Planned b -> same(a.plan(), b.plan());
            case DequantizedShard a when other instanceof DequantizedShard b -> same(a.object(), b.object());
            case MergedShard a when other instanceof MergedShard b -> same(a.object(), b.object());
            case Validated a when other instanceof Validated b -> a.published() == b.published();
            case Planned _, DequantizedShard _, MergedShard _, Validated _ -> false;
        };
    }

    private static boolean same(ObjectRef one, ObjectRef other) {
        boolean digests = one.sha256().isEmpty()
                || other.sha256().isEmpty()
                || one.sha256().equals(other.sha256());
        return digests && one.size() == other.size() && one.crc32c() == other.crc32c();
    }
}
