package dev.ingot.dequant;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.store.CacheKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunListing;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * What the runs of a team that have no result yet need of the cache.
 *
 * @param digests of sources that their plans name: a shard of them may be found at any moment
 * @param objects that their markers name: merge reads them
 */
record RunningPlans(Set<String> digests, Set<String> objects) {
    static RunningPlans of(ObjectStore store, String team) throws IOException {
        RunFiles files = new RunFiles(store);
        RunningPlans needed = new RunningPlans(new HashSet<>(), new HashSet<>());
        for (RunListing run : RunListing.all(store)) {
            if (run.run().team().equals(team) && !run.has(run.keys().result())) {
                for (Plan plan : files.plans(run.run())) {
                    needed.add(files, plan);
                }
            }
        }
        return needed;
    }

    private void add(RunFiles files, Plan plan) throws IOException {
        CacheKeys keys = new CacheKeys(plan.run().team());
        for (OutputShard shard : plan.shards()) {
            if (shard.hasQuantized()) {
                String identity = Recipe.of(plan, shard.number()).identityDigest(plan.inputs());
                files.read(keys.memo(identity), CacheMemo.class).ifPresent(memo -> digests.add(memo.digest()));
                files.marker(new TaskId(plan.run(), StageName.DEQUANT, shard.number()))
                        .filter(marker -> marker.result() instanceof DequantizedShard)
                        .ifPresent(marker -> objects.add(
                                ((DequantizedShard) marker.result()).object().key()));
            }
        }
    }
}
