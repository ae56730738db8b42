package dev.ingot.checkpoint.safetensors;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: what stands where. Stricter than the reference: duplicate names, a header that does not begin with a brace,
 * unknown members, gaps, overlaps and trailing bytes are refused.
 *
 * @param tensors in the order of their offsets
 * @param metadata {@code __metadata__}, empty when there is none
 */
public record SafetensorsFile(List<TensorEntry> tensors, Map<String, String> metadata) {
    /** As in the reference. */
    public static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_FIELD = 8;

    /** The first eight bytes of {@code version https://git-lfs.github.com/spec/v1}. */
    private static final long LFS_POINTER = 0x206E6F6973726576L;

    public SafetensorsFile {
        tensors = List.copyOf(tensors);
        metadata = Map.copyOf(metadata);
    }

    /** Reads and checks the header of an open file; RefusedInput {@code safetensors.*} when it is not what the format says. */
    public static SafetensorsFile read(RangedFile file) throws IOException {
        String name = file.info().name();
        long size = file.info().size();
        if (size < LENGTH_FIELD) {
            throw refuse(name, "truncated", "it has " + size + " bytes, less than the 8 of the length field");
        }
        ByteBuffer length = ByteBuffer.allocate(LENGTH_FIELD).order(ByteOrder.LITTLE_ENDIAN);
        file.read(0, length);
        if (length.getLong(0) == LFS_POINTER) {
            throw new RefusedInput(
                    "safetensors.lfs-pointer",
                    name + " is not a safetensors file but what Git LFS leaves in its place until the file is fetched.",
                    "run `git lfs pull` in its folder, or download " + name + " by itself");
        }
        long headerBytes = length.getLong(0);
        if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES) {
            throw refuse(
                    name,
                    "header-length",
                    "its header claims " + Long.toUnsignedString(headerBytes) + " bytes; expected 2 to "
                            + MAX_HEADER_BYTES);
        }
        if (LENGTH_FIELD + headerBytes > size) {
            throw refuse(
                    name,
                    "truncated",
                    "its header needs %d bytes, but the file has %d".formatted(LENGTH_FIELD + headerBytes, size));
        }
        byte[] json = new byte[(int) headerBytes];
        file.read(LENGTH_FIELD, ByteBuffer.wrap(json));
        return new HeaderParser(name, LENGTH_FIELD + headerBytes, size).parse(json);
    }

    static RefusedInput refuse(String file, String code, String why) {
        return new RefusedInput(
                "safetensors." + code,
                file + " is not a sound safetensors file: " + why + ".",
                "copy or download " + file + " again, or save it again with the tool that made it");
    }
}
