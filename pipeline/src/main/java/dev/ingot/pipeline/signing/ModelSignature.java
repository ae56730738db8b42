package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A model signature that was verified: whose key it is, and over which files.
 *
 * @param key that signed
 */
public record ModelSignature(VerifyingKey key, SignedFiles files) {
    private static final long LARGEST = 64 << 20;

    /** Reads and verifies a signature file, not yet the files; refusals as those of {@link Trust#require}, of envelopes and of statements. */
    public static ModelSignature require(Path signature, Trust trust) throws IOException {
        String what = signature.getFileName().toString();
        if (Files.size(signature) > LARGEST) {
            throw Envelope.malformed(what, "it has more than " + LARGEST + " bytes");
        }
        Bundle bundle = Bundle.read(Files.readAllBytes(signature), what);
        VerifyingKey key = trust.require(bundle.material(), what);
        JsonObject statement = bundle.envelope().require(key, what);
        return new ModelSignature(key, SignedFiles.of(statement, what));
    }

    /**
     * Holds a folder against the signature: every file is there with its digest, and no other.
     *
     * @param signature left out if it lies in the folder
     * @return the digests of all files
     * @throws RefusedInput {@code signature.files-differ} naming every file that differs, is missing or is extra
     */
    public SequencedMap<String, String> requireFolder(Path folder, Path signature, boolean allowLinks)
            throws IOException, InterruptedException {
        Set<String> ignored = new LinkedHashSet<>(SignedFiles.GIT);
        ignored.addAll(files.ignored());
        Path inside = folder.toAbsolutePath().normalize();
        if (signature.toAbsolutePath().normalize().startsWith(inside)) {
            ignored.add(
                    inside.relativize(signature.toAbsolutePath().normalize()).toString());
        }
        SequencedMap<String, String> found = new FolderDigests(folder, List.copyOf(ignored), allowLinks).read();
        requireSame(files.digests(), found, folder.toString());
        return found;
    }

    /** RefusedInput {@code signature.files-differ} unless both have the same files with the same digests. */
    public static void requireSame(Map<String, String> signed, Map<String, String> found, String where) {
        List<String> differences = new ArrayList<>();
        signed.forEach((file, digest) -> {
            if (!found.containsKey(file)) {
                differences.add(file + " is missing");
            } else if (!digest.equals(found.get(file))) {
                differences.add("%s differs: sha256 %s, signed was %s".formatted(file, found.get(file), digest));
            }
        });
        found.keySet().stream()
                .filter(file -> !signed.containsKey(file))
                .forEach(file -> differences.add(file + " is extra: it was not signed"));
        if (!differences.isEmpty()) {
            throw new RefusedInput(
                    "signature.files-differ",
                    "%s is not what was signed:%n%s.".formatted(where, String.join(",\n", differences)),
                    "do not use these files; fetch them again");
        }
    }
}
