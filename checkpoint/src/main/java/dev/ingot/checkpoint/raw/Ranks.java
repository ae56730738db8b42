package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.torch.TorchFile;
import dev.ingot.checkpoint.torch.TorchTensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of each rank of a training run, in the order of ranks, which begin at 0 without gaps.
 *
 * @param files as torch.save wrote them
 */
record Ranks(String location, List<TorchFile> files) {
    private static final int MAX_RANKS = 16_384;

    Ranks {
        files = List.copyOf(files);
    }

    /** Reads the files of a folder whose names match; group {@code rank} of the pattern is the rank, 0 where it is absent. */
    static Ranks read(FileSet files, String folder, Pattern name) throws IOException {
        Map<Integer, String> byRank = new TreeMap<>();
        for (FileInfo file : files.list()) {
            Matcher matcher = name.matcher(file.name());
            if (Folders.isIn(file.name(), folder) && matcher.find()) {
                String rank = matcher.group("rank");
                String other = byRank.put(rank == null ? 0 : Integer.parseInt(rank), file.name());
                if (other != null) {
                    throw refuse("ranks", files.location(), other + " and " + file.name() + " are of the same rank");
                }
            }
        }
        if (byRank.size() > MAX_RANKS) {
            throw refuse("ranks", files.location(), "there are files of " + byRank.size() + " ranks");
        }
        List<TorchFile> read = new ArrayList<>();
        for (Map.Entry<Integer, String> entry : byRank.entrySet()) {
            if (entry.getKey() != read.size()) {
                throw refuse(
                        "ranks",
                        files.location(),
                        "the file of rank %d is missing beside %s".formatted(read.size(), entry.getValue()));
            }
            read.add(torch(files, entry.getValue()));
        }
        return new Ranks(files.location(), read);
    }

    private static TorchFile torch(FileSet files, String name) throws IOException {
        // Storages are looked up later, of as many ranks as there are: more files than may be open at once.
        try (ReopenedFile file = ReopenedFile.open(files, name)) {
            return TorchFile.read(file);
        }
    }

    int count() {
        return files.size();
    }

    TorchFile first() {
        return files.getFirst();
    }

    TorchTensors tensors(int rank) {
        return new TorchTensors(files.get(rank));
    }

    List<FileInfo> infos() {
        return files.stream().map(TorchFile::file).toList();
    }

    static RefusedInput refuse(String code, String location, String why) {
        return refuse(
                code,
                location,
                why,
                "copy the folder again with all its files, or let the trainer export the adapter with save_pretrained");
    }

    static RefusedInput refuse(String code, String location, String why, String remedy) {
        return new RefusedInput(
                "training." + code,
                "The training checkpoint in " + location + " cannot be put together: " + why + ".",
                remedy);
    }
}
