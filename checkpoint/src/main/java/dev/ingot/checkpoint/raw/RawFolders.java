package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.assembly.Assembly;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Training checkpoints that are folders: DeepSpeed's, torch.distributed.checkpoint's, and files of each rank with DTensors, as verl writes them. */
public final class RawFolders {
    private static final String LATEST = "latest";
    private static final int MAX_TAG = 256;

    private RawFolders() {}

    /**
     * The training checkpoint of a set, or empty when it has none. Of several, DeepSpeed's {@code latest} says which; RefusedInput
     * {@code training.several-checkpoints} when nothing does.
     */
    public static Optional<Assembly> find(FileSet files) throws IOException {
        UnreadableFolders.require(files);
        TreeSet<String> folders = new TreeSet<>(ZeroFiles.folders(files));
        folders.addAll(DistributedTensors.folders(files));
        folders.addAll(RankFiles.folders(files));
        Optional<String> latest = SmallFiles.readSmall(files, LATEST, MAX_TAG)
                .map(text -> new String(text, StandardCharsets.UTF_8).strip());
        if (folders.size() > 1 && latest.isPresent()) {
            folders.retainAll(List.of(latest.get()));
        }
        if (folders.size() > 1) {
            throw new RefusedInput(
                    "training.several-checkpoints",
                    "%s holds several training checkpoints: %s."
                            .formatted(files.location(), String.join(", ", folders)),
                    "name the folder of one of them");
        }
        return folders.isEmpty() ? Optional.empty() : assembly(files, folders.first());
    }

    /** The tensors of a folder of a set, or empty when it is no training checkpoint. */
    static Optional<Assembly> assembly(FileSet files, String folder) throws IOException {
        if (ZeroFiles.folders(files).contains(folder)) {
            return Optional.of(ZeroTensors.read(files, folder));
        }
        if (DistributedTensors.folders(files).contains(folder)) {
            return Optional.of(DistributedTensors.read(files, folder));
        }
        if (RankFiles.folders(files).contains(folder)) {
            return Optional.of(RankFiles.read(files, folder));
        }
        return Optional.empty();
    }

}
