package dev.ingot.standalone.stages;

import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.FolderFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a merged checkpoint wrong. */
final class Damage {
    private Damage() {}

    /** Changes one element of the first tensor that the plan touches, by far. */
    static void firstBytesOfTouched(Plan plan, Path folder) throws Exception {
        var shard = plan.shards().stream()
                .filter(each -> each.tensors().stream().anyMatch(tensor -> !tensor.isUntouched()))
                .findFirst()
                .orElseThrow();
        OutputTensor touched = shard.tensors().stream()
                .filter(tensor -> !tensor.isUntouched())
                .findFirst()
                .orElseThrow();
        long offset;
        try (var file = FolderFiles.of(folder).open(shard.file()).orElseThrow()) {
            offset = StagedMerge.read(file).get(touched.name()).entry().offset();
        }
        byte[] bytes = Files.readAllBytes(folder.resolve(shard.file()));
        bytes[(int) offset + 1] ^= 0x3f;
        bytes[(int) offset] ^= 0x3f;
        Files.write(folder.resolve(shard.file()), bytes);
    }
}
