package dev.ingot.standalone.local;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.report.Report;
import dev.ingot.standalone.terminal.ProgressBoard;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What a run in this process shows while it works. */
final class RunDisplay {
    private final ProgressBoard board;
    private final Set<Integer> merged = ConcurrentHashMap.newKeySet();
    private volatile int shards = 1;
    private volatile String mergeNote = "";
    private volatile String dequantNote = "";

    RunDisplay(ProgressBoard board) {
        this.board = board;
    }

    void heard(Event.RunProgressed event) {
        // which tensor merge is at would flicker; what it does with all of them stands there already
        String note = event.stage() == StageName.MERGE ? "" : event.note();
        board.at(event.stage().id(), event.shard(), event.done(), event.total(), event.unit(), note);
    }

    void started(TaskId task) {
        board.at(task.stage().id(), task.shard(), 0, 0, "", "");
    }

    /** @param plans one, or two of which the better merge will count */
    void planned(List<Plan> plans) {
        Plan plan = plans.getFirst();
        shards = plans.stream().mapToInt(each -> each.shards().size()).sum();
        mergeNote = mergeNote(plan) + (plans.size() == 1 ? "" : ", onto two forms of the base");
        board.ended(StageName.INGEST.id(), ingestNote(plan));
        Set<String> quantized = quantized(plan);
        if (!quantized.isEmpty()) {
            dequantNote = String.join("; ", quantized) + ", while merging";
            board.at(StageName.DEQUANT.id(), 0, 0, 0, "", dequantNote);
        }
        board.at(StageName.MERGE.id(), 0, 0, 0, "", mergeNote);
    }

    /** A shard of the checkpoint is written. */
    void merged(int shard) {
        merged.add(shard);
        if (merged.size() == shards) {
            if (!dequantNote.isEmpty()) {
                board.ended(StageName.DEQUANT.id(), dequantNote);
            }
            board.ended(StageName.MERGE.id(), mergeNote);
        }
    }

    void judged(Report report) {
        String measured = report.fidelity()
                .map(fidelity -> "%,d tokens, layer by layer".formatted(fidelity.tokens()))
                .orElseGet(() -> report.notMeasured().isEmpty() ? "" : "not measured: " + report.notMeasured());
        board.ended(StageName.VALIDATE.id(), measured);
    }

    static String ingestNote(Plan plan) {
        String adapter = plan.adapterSummary().isEmpty()
                ? ""
                : " + %,d adapter tensors".formatted(tensors(plan, InputRole.ADAPTER));
        return "%,d tensors%s, all accounted for".formatted(tensors(plan, InputRole.BASE), adapter);
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
                .map(value -> scheme(value) + " → " + value.dtype().torchName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String scheme(Value value) {
        return switch (value) {
            case Value.Packed4Bit packed ->
                packed.quantType().toUpperCase(Locale.ROOT)
                        + (packed.nested().isPresent() ? ", double quantization" : "");
            case Value.Quantized4Bit quantized ->
                quantized.quantType().toUpperCase(Locale.ROOT) + " while loading"
                        + (quantized.doubleQuantized() ? ", double quantization" : "");
            case Value.RowwiseInt8 rowwise -> "LLM.int8";
            case Value.QuantizedInt8 rowwise -> "LLM.int8 while loading";
            case Value.MicroscaledFp4 microscaled -> "MXFP4";
            case Value.BlockScaledFp8 scaled -> "FP8 with block scales";
            case Value.Transposed transposed -> scheme(transposed.of());
            case Value.Stored stored -> "16 bit";
        };
    }
}
