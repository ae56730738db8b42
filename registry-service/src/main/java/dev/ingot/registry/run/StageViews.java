package dev.ingot.registry.run;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event.RunProgressed;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.RunListing;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes the four stages of a run from its markers, with live progress for the tasks that have none yet.
 *
 * @param shards 0 while the plan is not made
 */
record StageViews(RunListing listing, int shards, Optional<Verdict> verdict, Collection<RunProgressed> live) {
    List<StageView> all() {
        return Arrays.stream(StageName.values()).map(this::view).toList();
    }

    private StageView view(StageName stage) {
        int total = total(stage);
        if (verdict.isPresent() && verdict.get() instanceof Verdict.Published) {
            return new StageView(stage, StageState.DONE, total, total, 1, "");
        }
        int done = (int) tasks(stage).filter(shard -> isDone(stage, shard)).count();
        List<RunProgressed> running = live.stream()
                .filter(event -> event.stage() == stage && !isDone(stage, event.shard()))
                .toList();
        double partly = running.stream().mapToDouble(StageViews::share).sum();
        double share = total == 0 ? 0 : Math.clamp((done + partly) / total, 0, 1);
        return new StageView(stage, state(done, total, running), done, total, share, note(running));
    }

    private int total(StageName stage) {
        return switch (stage) {
            case INGEST, VALIDATE -> 1;
            case DEQUANT, MERGE -> shards;
        };
    }

    /** Shard numbers of a stage's tasks; 0 for a stage that sees the whole run. */
    private IntStream tasks(StageName stage) {
        return switch (stage) {
            case INGEST, VALIDATE -> IntStream.of(0);
            case DEQUANT, MERGE -> IntStream.rangeClosed(1, shards);
        };
    }

    /** A shard that is merged needed no dequantizing, or had it. */
    private boolean isDone(StageName stage, int shard) {
        return has(stage, shard) || stage == StageName.DEQUANT && has(StageName.MERGE, shard);
    }

    private boolean has(StageName stage, int shard) {
        return listing.has(listing.keys().done(new TaskId(listing.run(), stage, shard)));
    }

    private StageState state(int done, int total, List<RunProgressed> running) {
        if (total > 0 && done == total) {
            return StageState.DONE;
        }
        if (verdict.isPresent()) {
            return StageState.STOPPED;
        }
        return done > 0 || !running.isEmpty() ? StageState.RUNNING : StageState.WAITING;
    }

    private static double share(RunProgressed event) {
        return event.total() <= 0 ? 0 : Math.clamp((double) event.done() / event.total(), 0, 1);
    }

    private static String note(List<RunProgressed> running) {
        return running.stream()
                .max(Comparator.comparing(event -> event.header().at()))
                .map(StageViews::note)
                .orElse("");
    }

    private static String note(RunProgressed event) {
        if (event.total() <= 0) {
            return event.note();
        }
        boolean bytes = event.unit().equals("bytes");
        String done = bytes ? NumberText.bytes(event.done()) : NumberText.count(event.done());
        String total = bytes ? NumberText.bytes(event.total()) : NumberText.count(event.total()) + " " + event.unit();
        String figures = done + " of " + total;
        return event.note().isEmpty() ? figures : figures + ", " + event.note();
    }
}
