package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads many small tensors whole; those that lie close together in a file are fetched in one read, because a read may be a request. */
final class SmallTensors {
    private static final int GAP = 32 << 10;
    private static final int WINDOW = 1 << 20;

    private final Map<String, byte[]> bytes = new HashMap<>();

    private SmallTensors() {}

    /** Reads all of {@code tensors}, each of which the caller has found to be small. */
    static SmallTensors read(FileSet files, List<LocatedTensor> tensors) throws IOException {
        Map<String, List<LocatedTensor>> byFile = new LinkedHashMap<>();
        for (LocatedTensor tensor : tensors) {
            byFile.computeIfAbsent(tensor.file().name(), name -> new ArrayList<>())
                    .add(tensor);
        }
        SmallTensors read = new SmallTensors();
        for (Map.Entry<String, List<LocatedTensor>> entry : byFile.entrySet()) {
            try (RangedFile file = files.open(entry.getKey())
                    .orElseThrow(() -> new IOException(
                            entry.getKey() + " vanished from " + files.location() + " while it was read"))) {
                read.readFile(file, entry.getValue());
            }
        }
        return read;
    }

    /** The bytes of one of the tensors that were asked for. */
    byte[] of(LocatedTensor tensor) {
        byte[] found = bytes.get(tensor.name());
        if (found == null) {
            throw new IllegalArgumentException(tensor.name() + " was not asked for");
        }
        return found;
    }

    private void readFile(RangedFile file, List<LocatedTensor> tensors) throws IOException {
        List<LocatedTensor> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparingLong(tensor -> tensor.entry().offset()));
        for (int from = 0; from < sorted.size(); ) {
            int to = from + 1;
            while (to < sorted.size() && fits(sorted.get(from), sorted.get(to - 1), sorted.get(to))) {
                to++;
            }
            readWindow(file, sorted.subList(from, to));
            from = to;
        }
    }

    private static boolean fits(LocatedTensor first, LocatedTensor last, LocatedTensor next) {
        return next.entry().offset() - end(last) <= GAP
                && end(next) - first.entry().offset() <= WINDOW;
    }

    private void readWindow(RangedFile file, List<LocatedTensor> tensors) throws IOException {
        long start = tensors.getFirst().entry().offset();
        ByteBuffer window = ByteBuffer.allocate((int) (end(tensors.getLast()) - start));
        file.read(start, window);
        for (LocatedTensor tensor : tensors) {
            byte[] content = new byte[(int) tensor.entry().length()];
            window.get((int) (tensor.entry().offset() - start), content);
            bytes.put(tensor.name(), content);
        }
    }

    private static long end(LocatedTensor tensor) {
        return tensor.entry().offset() + tensor.entry().length();
    }
}
