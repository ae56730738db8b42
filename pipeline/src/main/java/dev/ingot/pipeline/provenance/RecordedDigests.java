package dev.ingot.pipeline.provenance;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.store.InputKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * SHA-256 of input files, each read once by a team and then known by the identity with which plans name it: a base of many runs is not read again for every
 * statement. A hub's file is named by its SHA-256, against which it was held when it was downloaded, and is not read at all.
 */
public final class RecordedDigests {
    private static final String OF_CONTENT = "sha256:";

    private final RunFiles files;
    private final InputKeys keys;

    public RecordedDigests(ObjectStore store, String team) {
        this.files = new RunFiles(store);
        this.keys = new InputKeys(team);
    }

    /** Opens a file, and refuses one that is no longer what the plan saw. */
    @FunctionalInterface
    interface Opening {
        RangedFile open() throws IOException;
    }

    /** Create-once document: what a file of one identity turned out to hold. {@code sha256} is lower-case hex. */
    public record Recorded(String location, String name, long size, String identity, String sha256) {}

    /** The file's SHA-256, lower-case hex; opens it only where nothing else says. */
    String of(InputFile file, Opening opening) throws IOException {
        if (file.identity().matches(OF_CONTENT + "[0-9a-f]{64}")) {
            return file.identity().substring(OF_CONTENT.length());
        }
        String key = keys.digest(identityDigest(file));
        Optional<Recorded> known = files.read(key, Recorded.class);
        if (known.isPresent()) {
            return known.get().sha256();
        }
        String sha256 = InputDigest.sha256(opening.open());
        Recorded mine = new Recorded(file.location(), file.name(), file.size(), file.identity(), sha256);
        return files.createOrRead(key, mine, Recorded.class).sha256();
    }

    private static String identityDigest(InputFile file) {
        String all = String.join("\n", file.location(), file.name(), Long.toString(file.size()), file.identity());
        return StreamDigest.of(StreamDigest.Algorithm.SHA256)
                .update(all.getBytes(StandardCharsets.UTF_8))
                .sha256();
    }
}
