package dev.ingot.checkpoint.assembly;

import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tensors laid out one after the other in a file that does not exist but can be read.
 *
 * @param file its identity is that of all files that it is made of, and of the layout
 * @param places by offset
 */
public record Assembly(FileInfo file, List<Place> places) {
    /** What the name of every such file ends in; no file of a checkpoint is called so. */
    public static final String SUFFIX = "#tensors";

    /** A tensor that has bytes, and where it begins in the assembled file. */
    public record Place(long offset, AssembledTensor tensor) {
        TensorEntry entry() {
            return new TensorEntry(tensor.name(), tensor.dtype(), tensor.shape(), offset, tensor.bytes());
        }
    }

    public Assembly {
        places = List.copyOf(places);
    }

    /**
     * Lays tensors out in the order given; RefusedInput {@code torch.strided} when one cannot be put in order.
     *
     * @param anchor the file or folder that they come from
     * @param sources every file that decides what comes out
     */
    public static Assembly of(String anchor, List<AssembledTensor> tensors, Collection<FileInfo> sources) {
        List<Place> places = new ArrayList<>();
        long at = 0;
        for (AssembledTensor tensor : tensors) {
            tensor.blocks().forEach(block -> AssembledFile.requireNotBlownUp(tensor, block));
            tensor.blocks().stream()
                    .filter(BlockReader::isGathered)
                    .forEach(block -> AssembledFile.requireGatherable(tensor, block));
            places.add(new Place(at, tensor));
            at = Math.addExact(at, tensor.bytes());
        }
        return new Assembly(new FileInfo(anchor + SUFFIX, at, identity(tensors, sources)), places);
    }

    /** What the assembled file of this name is anchored to, or empty when the name is that of a real file. */
    public static Optional<String> anchorOf(String name) {
        return name.endsWith(SUFFIX)
                ? Optional.of(name.substring(0, name.length() - SUFFIX.length()))
                : Optional.empty();
    }

    /** Its tensors as a reader of headers would see them. */
    public List<TensorEntry> entries() {
        return places.stream().map(Place::entry).toList();
    }

    /** The tensor that has byte {@code position}, which lies inside the file. */
    Place at(long position) {
        int low = 0;
        int high = places.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (places.get(middle).offset() <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return places.get(low);
    }

    private static String identity(List<AssembledTensor> tensors, Collection<FileInfo> sources) {
        MessageDigest digest = sha256();
        Map<String, FileInfo> sorted = new TreeMap<>();
        sources.forEach(source -> sorted.put(source.name(), source));
        sorted.values().stream()
                .sorted(Comparator.comparing(FileInfo::name))
                .forEach(source -> add(digest, source.name() + "|" + source.size() + "|" + source.identity()));
        tensors.forEach(tensor -> add(digest, tensor.name() + "|" + tensor.dtype() + "|" + tensor.shape()));
        return "assembled:" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static void add(MessageDigest digest, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).flip());
        digest.update(utf8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
