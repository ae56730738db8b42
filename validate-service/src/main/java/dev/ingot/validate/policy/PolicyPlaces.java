package dev.ingot.validate.policy;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.validate.gate.GatePolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where policies are looked for.
 *
 * @param file that counts for every team, and alone
 * @param folder with a file {@code TEAM.yaml} for each team, and {@code default.yaml} for the others
 */
public record PolicyPlaces(Optional<Path> file, Optional<Path> folder) {
    /** Nowhere but in the store. */
    public static final PolicyPlaces NONE = new PolicyPlaces(Optional.empty(), Optional.empty());

    /** Key of a team's policy in the store. */
    public static String key(String team) {
        return "teams/" + team + "/policy.yaml";
    }

    /** The policy of a team by file, store or folder, in this order; the built-in one where there is none. RefusedInput {@code policy.*} as in {@link TeamPolicy}. */
    public TeamPolicy of(String team, ObjectStore store, GatePolicy usual) throws IOException {
        if (file.isPresent()) {
            return read(file.get(), usual);
        }
        Optional<RangedFile> stored = store.open(key(team));
        if (stored.isPresent()) {
            try (RangedFile object = stored.get()) {
                ByteBuffer text =
                        ByteBuffer.allocate(Math.toIntExact(object.info().size()));
                object.read(0, text);
                return TeamPolicy.read(text.array(), key(team), usual);
            }
        }
        return ofFolder(team, usual);
    }

    /** Likewise where there is no store. */
    public TeamPolicy alone(GatePolicy usual) throws IOException {
        return file.isPresent() ? read(file.get(), usual) : TeamPolicy.of(usual);
    }

    private TeamPolicy ofFolder(String team, GatePolicy usual) throws IOException {
        for (String name : List.of(team + ".yaml", "default.yaml")) {
            Optional<Path> found = folder.map(place -> place.resolve(name)).filter(Files::isRegularFile);
            if (found.isPresent()) {
                return read(found.get(), usual);
            }
        }
        return TeamPolicy.of(usual);
    }

    private static TeamPolicy read(Path file, GatePolicy usual) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new RefusedInput(
                    "policy.not-found",
                    "The policy %s: expected a file, found %s."
                            .formatted(file, Files.exists(file) ? "a folder" : "nothing"),
                    "check the path; `ingot policy` prints one to start from");
        }
        return TeamPolicy.read(Files.readAllBytes(file), file.toString(), usual);
    }
}
