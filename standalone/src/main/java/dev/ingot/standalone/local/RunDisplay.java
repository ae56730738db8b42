package dev.ingot.standalone.local;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.standalone.terminal.ProgressBoard;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What a run in this process shows while it works. */
final class RunDisplay {
    private final ProgressBoard board;
    private final Set<Integer> merged = ConcurrentHashMap.newKeySet();
    private volatile int shards = 1;

    RunDisplay(ProgressBoard board) {
        this.board = board;
    }

    void heard(Event.RunProgressed event) {
        board.at(event.stage().id(), event.shard(), event.done(), event.total(), event.unit(), event.note());
    }

    void started(TaskId task) {
        board.at(task.stage().id(), task.shard(), 0, 0, "", "");
    }

    void planned(Plan plan) {
        shards = plan.shards().size();
        board.ended(StageName.INGEST.id(), ingestNote(plan));
        Set<String> quantized = quantized(plan);
        if (!quantized.isEmpty()) {
            board.at(StageName.DEQUANT.id(), 0, 0, 0, "", String.join("; ", quantized) + ", while merging");
        }
        board.at(StageName.MERGE.id(), 0, 0, 0, "", mergeNote(plan));
    }

    void done(TaskId task) {
        if (task.stage() == StageName.MERGE) {
            merged.add(task.shard());
            if (merged.size() < shards) {
                return;
            }
        }
        if (task.stage() == StageName.MERGE || task.stage() == StageName.VALIDATE) {
            board.ended(task.stage().id(), "");
        }
    }

    static String ingestNote(Plan plan) {
        return "%,d tensors + %,d adapter tensors, all accounted for"
                .formatted(tensors(plan, InputRole.BASE), tensors(plan, InputRole.ADAPTER));
    }

    private static long tensors(Plan plan, InputRole role) {
        return plan.ledger().stream().filter(entry -> entry.role() == role).count();
    }

    private static String mergeNote(Plan plan) {
        return "%,d modules, %s".formatted(plan.estimate().modules(), plan.adapterSummary());
    }

    /** {@code NF4, double quantization → float16}: what dequantizing this plan means. */
    static Set<String> quantized(Plan plan) {
        return plan.outputs().stream()
                .map(OutputTensor::value)
                .filter(Value::isQuantized)
                .map(RunDisplay::scheme)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String scheme(Value value) {
        return switch (value) {
            case Value.Packed4Bit packed ->
                packed.quantType().toUpperCase(java.util.Locale.ROOT)
                        + (packed.nested().isPresent() ? ", double quantization" : "")
                        + " → "
                        + packed.dtype().torchName();
            case Value.Stored stored -> stored.dtype().torchName();
        };
    }
}
