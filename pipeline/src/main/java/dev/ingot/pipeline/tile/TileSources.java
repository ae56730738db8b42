package dev.ingot.pipeline.tile;

import dev.ingot.pipeline.plan.Plan;
import java.io.IOException;

/** Opens the tile source for one shard of a plan: shards that dequant wrote, or dequant's kernel in this process. */
@FunctionalInterface
public interface TileSources {
    TileSource open(Plan plan, int shard) throws IOException;
}
