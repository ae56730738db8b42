package dev.ingot.merge;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.tile.StoredTiles;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes tensors in memory, a plan over them, and merges it. Every tensor is a file of its own, without a header. */
final class SmallMerge {
    static final RunRef RUN = new RunRef("team", "run");

    final MemoryStore store = new MemoryStore();
    final List<OutputTensor> outputs = new ArrayList<>();
    final List<Assertion> assertions = new ArrayList<>();
    final List<CarriedFile> carried = new ArrayList<>();
    private final MemoryFiles files = new MemoryFiles();
    private final List<InputFile> inputs = new ArrayList<>();
    private boolean provenance;

    SmallMerge withProvenance() {
        provenance = true;
        return this;
    }

    /** Adds a file to the inputs and gives its index. */
    int input(InputRole role, String name, byte[] content) {
        files.put(name, content);
        FileInfo info = files.info(name);
        inputs.add(new InputFile(role, files.location(), name, info.size(), info.identity()));
        return inputs.size() - 1;
    }

    TensorRef tensor(InputRole role, String name, DType dtype, Shape shape, float... values) {
        byte[] bytes = encode(dtype, values);
        return new TensorRef(input(role, name, bytes), name, dtype, shape, 0, bytes.length);
    }

    Value base(String name, DType dtype, Shape shape, float... values) {
        return new Stored(tensor(InputRole.BASE, name, dtype, shape, values), dtype);
    }

    void output(String name, DType dtype, Value value, Operation... operations) {
        outputs.add(new OutputTensor(name, dtype, value.shape(), value, List.of(operations)));
    }

    /** Changes a file after the plan was made. */
    void tamper(String name, byte[] content) {
        files.put(name, content);
    }

    Plan plan(int shards) {
        List<OutputShard> cut = new ArrayList<>();
        int each = Math.ceilDiv(outputs.size(), shards);
        for (int i = 0; i < shards; i++) {
            String file = shards == 1 ? "model.safetensors" : "model-%05d-of-%05d.safetensors".formatted(i + 1, shards);
            cut.add(new OutputShard(i + 1, file, outputs.subList(i * each, Math.min(outputs.size(), (i + 1) * each))));
        }
        return new Plan(
                Plan.SCHEMA,
                RUN,
                "llama",
                "LlamaForCausalLM",
                inputs,
                cut,
                List.of(),
                new TyingDecision(false, false, "", "", "untied before and after", List.of()),
                new BaseStatement(BaseStatement.Kind.STORED, true, "as stored"),
                assertions,
                "{\"model_type\": \"llama\"}\n",
                List.of(),
                carried,
                "LoRA",
                new Estimate(1, 1, 1),
                provenance,
                List.of());
    }

    /** The inputs so far, open. */
    PlanInputs opened() {
        return new PlanInputs(inputs, location -> files);
    }

    MergedShard merge(MergeConfig config) throws IOException, InterruptedException {
        return merge(plan(1), 1, config);
    }

    MergedShard merge(Plan plan, int shard, MergeConfig config) throws IOException, InterruptedException {
        TaskId task = new TaskId(RUN, StageName.MERGE, shard);
        return useCase(config).merge(plan, shard, new Attempt(task, 1, "attempt-" + System.nanoTime(), Progress.NONE));
    }

    MergeShard useCase(MergeConfig config) {
        FileSets sources = location -> files;
        return new MergeShard(
                store,
                sources,
                (plan, shard) -> new StoredTiles(new PlanInputs(plan.inputs(), sources), null, Map.of()),
                config);
    }

    byte[] content(String key) throws IOException {
        try (var file = store.open(key).orElseThrow()) {
            byte[] bytes = new byte[(int) file.info().size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    static byte[] encode(DType dtype, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            int bits = Rounding.bits(dtype, value);
            if (dtype == DType.F32) {
                bytes.putInt(bits);
            } else {
                bytes.putShort((short) bits);
            }
        }
        return bytes.array();
    }

    static float[] gaussian(long seed, int count, float deviation) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * deviation;
        }
        return values;
    }

    static float[] rounded(DType dtype, float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Rounding.to(dtype, values[i]);
        }
        return rounded;
    }
}
