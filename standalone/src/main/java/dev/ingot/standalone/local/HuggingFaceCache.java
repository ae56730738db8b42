package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder in which Hugging Face's own tools keep what they downloaded: {@code models--org--name/refs/<revision>} names a commit, {@code snapshots/<commit>} holds
 * links to its files. Read, never written.
 */
record HuggingFaceCache(Path folder) {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int LONGEST_COMMIT = 64;

    /** Where {@code HF_HUB_CACHE} says, or {@code HF_HOME}, or the user's cache folder. */
    static HuggingFaceCache of(Map<String, String> variables) {
        String hub = variables.getOrDefault("HF_HUB_CACHE", "");
        if (!hub.isBlank()) {
            return new HuggingFaceCache(Path.of(hub));
        }
        String home = variables.getOrDefault("HF_HOME", "");
        String caches = variables.getOrDefault("XDG_CACHE_HOME", "");
        Path user = caches.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches);
        return new HuggingFaceCache((home.isBlank() ? user.resolve("huggingface") : Path.of(home)).resolve("hub"));
    }

    /**
     * The snapshot of a revision.
     *
     * @param repository {@code org/name}
     * @return empty when nothing of the repository is there; RefusedInput {@code source.not-cached} when it is there in other revisions only
     */
    Optional<Path> snapshot(String repository, String revision) throws IOException {
        Path models = folder.resolve("models--" + repository.replace("/", "--"));
        return Files.isDirectory(models.resolve("snapshots"))
                ? Optional.of(snapshot(models, repository, revision))
                : Optional.empty();
    }

    private static Path snapshot(Path models, String repository, String revision) throws IOException {
        Path snapshots = models.resolve("snapshots");
        Path named =
                snapshots.resolve(commit(models, revision).orElse(revision)).normalize();
        if (named.getParent() != null && named.getParent().equals(snapshots) && Files.isDirectory(named)) {
            return named;
        }
        throw new RefusedInput(
                "source.not-cached",
                "%s holds %s, but not revision '%s'; it has %s."
                        .formatted(models.getParent(), repository, revision, there(models)),
                "name one of these, %s@…, or download it: hf://%s@%s".formatted(repository, repository, revision));
    }

    private static Optional<String> commit(Path models, String revision) throws IOException {
        Path refs = models.resolve("refs");
        Path ref = refs.resolve(revision).normalize();
        if (!ref.startsWith(refs) || !Files.isRegularFile(ref) || Files.size(ref) > LONGEST_COMMIT + 2) {
            return Optional.empty();
        }
        return Optional.of(Files.readString(ref, StandardCharsets.UTF_8).strip())
                .filter(text -> COMMIT.matcher(text).matches());
    }

    private static String there(Path models) throws IOException {
        List<String> commits;
        try (Stream<Path> snapshots = Files.list(models.resolve("snapshots"))) {
            commits = snapshots
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
        return commits.isEmpty() ? "no revision" : String.join(", ", commits);
    }
}
