package dev.ingot.bench;

import dev.ingot.dequant.KernelTiles;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A whole shard of the demo: 4.0 million parameters, r=16 on every linear layer, into memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MergeBenchmark {
    @Param({"1", "2"})
    private int threads;

    private Plan plan;
    private int attempt;

    @Setup
    public void plan() throws IOException {
        plan = DemoPlan.of("jargon-lora");
    }

    @Benchmark
    public MergedShard mergeTheDemo() throws IOException, InterruptedException {
        MergeConfig config =
                new MergeConfig(threads, MergeConfig.ofThisMachine().tileElements());
        MergeShard merge =
                new MergeShard(new MemoryStore(), DemoPlan.FOLDERS, KernelTiles.sources(DemoPlan.FOLDERS), config);
        attempt++;
        return merge.merge(
                plan,
                1,
                new Attempt(new TaskId(plan.run(), StageName.MERGE, 1), attempt, "a" + attempt, Progress.NONE));
    }
}
