package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far the links of a folder may lead: inside the folder, or, for a snapshot in a Hugging Face cache
 * ({@code models--org--name/snapshots/revision}, whose files are links to {@code ../../blobs}) and the folders in it, inside that repository's folder.
 *
 * @param root real path of the folder
 * @param limit real path that every file's real path must begin with
 */
record FolderBoundary(Path root, Path limit) {
    private static final Pattern CACHED_REPOSITORY = Pattern.compile("models--.+");

    static FolderBoundary of(Path root) throws IOException {
        Path real = root.toRealPath();
        for (Path snapshot = real; snapshot != null; snapshot = snapshot.getParent()) {
            Path snapshots = snapshot.getParent();
            if (snapshots != null && snapshots.endsWith("snapshots") && isRepository(snapshots.getParent())) {
                return new FolderBoundary(real, snapshots.getParent());
            }
        }
        return new FolderBoundary(real, real);
    }

    private static boolean isRepository(@Nullable Path folder) {
        return folder != null
                && folder.getFileName() != null
                && CACHED_REPOSITORY.matcher(folder.getFileName().toString()).matches();
    }

    /** The real path of a file that the folder names; RefusedInput when a link leads outside or nowhere. */
    Path resolve(Path file) throws IOException {
        Path real;
        try {
            real = file.toRealPath();
        } catch (NoSuchFileException e) {
            throw new RefusedInput(
                    "source.link-broken",
                    "The link '" + root.relativize(file) + "' in " + root
                            + " leads to a file that does not exist; expected a file.",
                    "Download or copy the missing file, or remove the link.",
                    e);
        }
        if (!real.startsWith(limit)) {
            throw new RefusedInput(
                    "source.link-outside",
                    "The link '" + root.relativize(file) + "' in " + root + " leads outside " + limit
                            + "; links are followed inside it only.",
                    "Copy the file into the folder, or name the folder that really holds the checkpoint.");
        }
        return real;
    }
}
