package dev.ingot.merge;

import dev.ingot.pipeline.plan.Assertion.CopyEqualsBase;
import dev.ingot.pipeline.plan.Assertion.MirrorEqualsBase;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.tile.TileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the workers of one shard share.
 *
 * @param values gives the base's values
 * @param tallies one per tensor; changed only in the order of the tiles
 */
record MergeJob(
        List<InputFile> inputs,
        boolean provenance,
        Refusals refusals,
        TileSource values,
        List<TensorWork> tensors,
        List<Tile> tiles,
        List<TensorTally> tallies,
        ShardOutput output) {
    /** @param adapter reads the factors */
    static MergeJob of(
            Plan plan, OutputShard shard, TileSource values, PlainTiles adapter, ShardOutput output, int tileElements) {
        Map<String, MirrorEqualsBase> mirrors = mirrors(plan);
        Map<String, List<CopyCheck>> copies = new HashMap<>();
        Set<TensorRef> read = shard.tensors().stream()
                .flatMap(tensor -> tensor.value().parts().stream())
                .collect(Collectors.toSet());
        plan.assertions().forEach(assertion -> {
            if (assertion instanceof CopyEqualsBase copy) {
                boolean taken = read.contains(copy.copy());
                copies.computeIfAbsent(copy.output(), name -> new ArrayList<>())
                        .add(new CopyCheck(copy, taken, adapter));
            }
        });
        List<TensorWork> tensors = shard.tensors().stream()
                .map(tensor -> new TensorWork(
                        tensor, mirrors.get(tensor.name()), copies.getOrDefault(tensor.name(), List.of()), adapter))
                .toList();
        return new MergeJob(
                plan.inputs(),
                plan.provenance(),
                Refusals.of(plan),
                values,
                tensors,
                Tile.cut(tensors, tileElements),
                tensors.stream()
                        .map(work -> new TensorTally(work, plan.provenance()))
                        .toList(),
                output);
    }

    /** Writes a tile, and lets go of its tensor's factors if no tile of it follows. */
    void write(int index, ByteBuffer out, int crc32c) throws IOException {
        Tile tile = tiles.get(index);
        TensorWork work = tensors.get(tile.tensor());
        output.write(out, crc32c, work.tensor().name());
        if (index + 1 == tiles.size() || tiles.get(index + 1).tensor() != tile.tensor()) {
            work.release();
        }
    }

    /** Bytes of the largest tile, as written or as its value has it. */
    long largestTile() {
        long largest = 0;
        for (Tile tile : tiles) {
            OutputTensor tensor = tensors.get(tile.tensor()).tensor();
            int bits = Math.max(tensor.dtype().bits(), tensor.value().dtype().bits());
            largest = Math.max(largest, Math.ceilDiv((long) bits * tile.elements(), Byte.SIZE));
        }
        return Math.max(largest, 1);
    }

    InputRole roleOf(TensorRef tensor) {
        return inputs.get(tensor.file()).role();
    }

    private static Map<String, MirrorEqualsBase> mirrors(Plan plan) {
        Map<String, MirrorEqualsBase> mirrors = new HashMap<>();
        plan.assertions().forEach(assertion -> {
            if (assertion instanceof MirrorEqualsBase mirror) {
                mirrors.put(mirror.output(), mirror);
            }
        });
        return mirrors;
    }
}
