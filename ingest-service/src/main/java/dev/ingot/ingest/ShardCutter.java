package dev.ingot.ingest;

import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cuts the outputs into shards. The cut depends on the base's tensors and the output dtype alone, so that the next adapter on this base finds the
 * dequantized shards in the cache; what the adapter adds stands in shards of its own at the end, or with all the rest where one shard holds everything.
 *
 * @param maxBytes of a shard; a larger tensor gets one for itself
 */
record ShardCutter(long maxBytes) {
    List<OutputShard> cut(List<OutputTensor> base, List<OutputTensor> added) {
        List<List<OutputTensor>> groups = new ArrayList<>(group(base));
        if (groups.size() < 2 && bytes(base) + bytes(added) <= maxBytes) {
            groups = group(Stream.concat(base.stream(), added.stream()).toList());
        } else {
            groups.addAll(group(added));
        }
        List<OutputShard> shards = new ArrayList<>();
        for (List<OutputTensor> group : groups) {
            int number = shards.size() + 1;
            shards.add(new OutputShard(number, fileName(number, groups.size()), group));
        }
        return shards;
    }

    private static long bytes(List<OutputTensor> tensors) {
        return tensors.stream().mapToLong(OutputTensor::bytes).sum();
    }

    private List<List<OutputTensor>> group(List<OutputTensor> tensors) {
        List<List<OutputTensor>> groups = new ArrayList<>();
        List<OutputTensor> current = new ArrayList<>();
        long bytes = 0;
        for (OutputTensor tensor : tensors) {
            if (!current.isEmpty() && bytes + tensor.bytes() > maxBytes) {
                groups.add(current);
                current = new ArrayList<>();
                bytes = 0;
            }
            current.add(tensor);
            bytes += tensor.bytes();
        }
        if (!current.isEmpty()) {
            groups.add(current);
        }
        return groups;
    }

    private static String fileName(int number, int count) {
        return count == 1 ? "model.safetensors" : "model-%05d-of-%05d.safetensors".formatted(number, count);
    }
}
