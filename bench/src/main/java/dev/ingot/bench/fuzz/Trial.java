package dev.ingot.bench.fuzz;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.raw.RawFiles;
import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.dequant.KernelTiles;
import dev.ingot.ingest.Planner;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Plans a subject and carries the plan out, in this thread and in memory, as `ingot dequantize` and `ingot merge` do; then looks at every number. */
final class Trial {
    private static final String BASE = "file:///fuzz/base";
    private static final String ADAPTER = "file:///fuzz/adapter";
    private static final Pattern CODE = Pattern.compile("[a-z0-9-]+(\\.[a-z0-9-]+)+");
    private static final MergeConfig CONFIG = new MergeConfig(1, 1 << 12);

    private Trial() {}

    /** Never throws, whatever the subject is. */
    static Outcome of(Subject subject) {
        try {
            return new Outcome.Accepted(subject.isContainer() ? ContainerTrial.run(subject) : run(subject));
        } catch (RefusedInput refused) {
            return judged(refused);
        } catch (Throwable e) {
            return new Outcome.Broken(described(e));
        }
    }

    private static Outcome judged(RefusedInput refused) {
        boolean sound = CODE.matcher(refused.code()).matches()
                && !String.valueOf(refused.getMessage()).isBlank()
                && !refused.remedy().isBlank();
        return sound
                ? new Outcome.Refused(refused.code())
                : new Outcome.Broken("a refusal without code, sentence or remedy: " + described(refused));
    }

    private static String described(Throwable e) {
        StringBuilder text = new StringBuilder(e.toString());
        for (StackTraceElement frame : e.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.ingot")) {
                text.append(" at ").append(frame);
                break;
            }
        }
        return text.toString();
    }

    private static List<Integer> run(Subject subject) throws IOException, InterruptedException {
        FileSet base = new RawFiles(new MemoryFolder(BASE, subject.base()));
        FileSet adapter = new RawFiles(new MemoryFolder(ADAPTER, subject.adapter()));
        RunRequest request = request(subject);
        Plan plan = subject.merges() ? new Planner().plan(request, base, adapter) : new Planner().plan(request, base);
        FileSets files = location -> location.equals(BASE) ? base : adapter;
        MemoryStore store = new MemoryStore();
        MergeShard merge = new MergeShard(store, files, KernelTiles.sources(files), CONFIG);
        List<Integer> digests = new ArrayList<>();
        for (OutputShard shard : plan.shards()) {
            TaskId task = new TaskId(plan.run(), StageName.MERGE, shard.number());
            MergedShard merged = merge.merge(plan, shard.number(), new Attempt(task, 1, "1", Progress.NONE));
            try (RangedFile file = store.open(merged.object().key()).orElseThrow()) {
                requireSound(shard, file);
            }
            digests.add(merged.object().crc32c());
        }
        return digests;
    }

    private static void requireSound(OutputShard shard, RangedFile file) throws IOException {
        List<TensorEntry> found = SafetensorsFile.read(file).tensors();
        if (found.size() != shard.tensors().size()) {
            throw new IllegalStateException(
                    "planned %d tensors, wrote %d".formatted(shard.tensors().size(), found.size()));
        }
        for (int i = 0; i < found.size(); i++) {
            OutputTensor planned = shard.tensors().get(i);
            TensorEntry entry = found.get(i);
            if (entry.dtype() != planned.dtype() || !entry.shape().equals(planned.shape())) {
                throw new IllegalStateException(entry + " is not what was planned: " + planned);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) entry.length()).order(ByteOrder.LITTLE_ENDIAN);
            file.read(entry.offset(), bytes);
            requireFinite(entry.name(), entry.dtype(), bytes.flip());
        }
    }

    private static void requireFinite(String name, DType dtype, ByteBuffer bytes) {
        int exponent = switch (dtype) {
            case F32 -> 0x7F800000;
            case BF16 -> 0x7F80;
            case F16 -> 0x7C00;
            default -> 0;
        };
        while (exponent != 0 && bytes.hasRemaining()) {
            int value = dtype == DType.F32 ? bytes.getInt() : bytes.getShort();
            if ((value & exponent) == exponent) {
                throw new IllegalStateException("wrote a value of " + name + " that is no finite number");
            }
        }
    }

    private static RunRequest request(Subject subject) {
        boolean loading = subject.quantizationConfig() != null;
        return RunRequest.builder(new RunRef("fuzz", "run"), "model", BASE)
                .adapter(subject.merges() ? ADAPTER : null)
                .trainedOn(loading ? RunRequest.TrainedOn.QUANTIZED_WHILE_LOADING : RunRequest.TrainedOn.UNDECLARED)
                .quantizationConfig(subject.quantizationConfig())
                .swapNibbles(subject.swapNibbles())
                .validate(RunRequest.ValidationLevel.OFF)
                .submitted("fuzz", Instant.EPOCH)
                .build();
    }
}
