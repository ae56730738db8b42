package dev.ingot.dequant;

import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The use case: the quantized values of one shard, in the dtypes that their files record, become one safetensors object of the team's cache. What
 * another run has made of the same source is used as it is.
 */
public final class Dequantize {
    private static final Logger LOG = Logger.getLogger(Dequantize.class);

    private final ObjectStore store;
    private final FileSets files;
    private final DequantConfig config;

    /** @param files opens what the plan names */
    public Dequantize(ObjectStore store, FileSets files, DequantConfig config) {
        this.store = store;
        this.files = files;
        this.config = config;
    }

    /**
     * Dequantizes one shard, or finds it.
     *
     * @throws dev.ingot.checkpoint.RefusedInput {@code base.non-finite} where a scale is no finite number; {@code input.changed}
     */
    public DequantizedShard dequantize(Plan plan, int shard, Attempt attempt) throws IOException, InterruptedException {
        ShardCache cache = new ShardCache(store, plan.run().team(), Clock.systemUTC());
        Recipe recipe = Recipe.of(plan, shard);
        String identity = recipe.identityDigest(plan.inputs());
        Optional<ShardCache.Found> found = cache.find(identity);
        if (found.isPresent()) {
            LOG.infof(
                    "found in the cache: run=%s task=%s object=%s",
                    plan.run(), attempt.task().id(), found.get().object().key());
            return new DequantizedShard(
                    shard, found.get().object(), true, 0, found.get().sourceDigest());
        }
        ShardWriter.Written written = write(plan, recipe, cache.data(dataName(attempt)), attempt);
        ShardCache.Found stands = cache.publish(identity, written.sourceDigest(), written.object());
        boolean lost = !stands.object().key().equals(written.object().key());
        if (lost) {
            store.delete(written.object().key());
        }
        return new DequantizedShard(shard, stands.object(), lost, written.bytesRead(), written.sourceDigest());
    }

    private ShardWriter.Written write(Plan plan, Recipe recipe, String key, Attempt attempt)
            throws IOException, InterruptedException {
        try (PlanInputs inputs = new PlanInputs(plan.inputs(), files);
                ObjectUpload upload = store.upload(key)) {
            return new ShardWriter(recipe, inputs, upload, plan.provenance(), attempt.progress()).write(config);
        }
    }

    private static String dataName(Attempt attempt) {
        return attempt.task().run().run() + "-" + attempt.task().id() + "-" + attempt.id();
    }
}
