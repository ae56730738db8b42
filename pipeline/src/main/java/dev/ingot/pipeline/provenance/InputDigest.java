package dev.ingot.pipeline.provenance;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.tile.PlanInputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file that a checkpoint was made from, by its content.
 *
 * @param sha256 lower-case hex
 */
public record InputDigest(InputFile file, String sha256) {
    private static final int CHUNK = 1 << 20;

    /**
     * Every input of a plan, and the configs that the plan was made by. What is not recorded is read, front to back.
     *
     * @throws dev.ingot.checkpoint.RefusedInput {@code input.changed} where a file that is read is no longer the one that was planned with
     */
    public static List<InputDigest> of(Plan plan, FileSets sources, RecordedDigests recorded) throws IOException {
        List<InputFile> files = withConfigs(plan, sources);
        List<InputDigest> digests = new ArrayList<>();
        try (PlanInputs inputs = new PlanInputs(files, sources)) {
            for (int i = 0; i < files.size(); i++) {
                int index = i;
                digests.add(new InputDigest(files.get(i), recorded.of(files.get(i), () -> inputs.file(index))));
            }
        }
        return digests;
    }

    private static List<InputFile> withConfigs(Plan plan, FileSets sources) throws IOException {
        Set<InputFile> files = new LinkedHashSet<>(plan.inputs());
        for (InputFile input : plan.inputs()) {
            String config = input.role() == InputRole.BASE ? "config.json" : "adapter_config.json";
            Optional<RangedFile> found = sources.open(input.location()).open(config);
            if (found.isPresent()) {
                try (RangedFile file = found.get()) {
                    FileInfo info = file.info();
                    files.add(new InputFile(input.role(), input.location(), config, info.size(), info.identity()));
                }
            }
        }
        return List.copyOf(files);
    }

    /** SHA-256 of all of a file, in lower-case hex. */
    public static String sha256(RangedFile file) throws IOException {
        StreamDigest digest = StreamDigest.of(StreamDigest.Algorithm.SHA256);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long size = file.info().size();
        for (long at = 0; at < size; at += CHUNK) {
            chunk.clear().limit((int) Math.min(CHUNK, size - at));
            file.read(at, chunk);
            digest.update(chunk.flip());
        }
        return digest.sha256();
    }
}
