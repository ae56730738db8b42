package dev.ingot.pipeline.provenance;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.FileSets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that a plan reads, by its content.
 *
 * @param sha256 lower-case hex
 */
public record InputDigest(InputFile file, String sha256) {
    private static final int CHUNK = 1 << 20;

    /** Reads every input of a plan once, front to back; IOException when one is gone. */
    public static List<InputDigest> of(Plan plan, FileSets sources) throws IOException {
        List<InputDigest> digests = new ArrayList<>();
        for (InputFile input : plan.inputs()) {
            try (RangedFile file = sources.open(input.location())
                    .open(input.name())
                    .orElseThrow(() -> new IOException(input.name() + " is gone from " + input.location()))) {
                digests.add(new InputDigest(input, sha256(file)));
            }
        }
        return digests;
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
