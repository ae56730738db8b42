package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What torch.save wrote, whichever of its two formats.
 *
 * @param root what was saved
 * @param storages where its tensors' bytes lie
 */
public record TorchFile(FileInfo file, PickleValue root, Storages storages) {
    private static final int ZIP = 0x04034b50;
    private static final int PROBE = 512;
    private static final int TAR_MAGIC = 257;

    /** Where the bytes of storages lie in the file. */
    public interface Storages {
        /**
         * Offset in the file of a storage's first byte.
         *
         * @param bytes that the pickle says it has
         */
        long position(String key, long bytes) throws IOException;
    }

    /** Reads a whole file; RefusedInput {@code torch.*}, {@code zip.*} or {@code pickle.*} when it is not what the formats say. */
    public static TorchFile read(RangedFile file) throws IOException {
        return read(file, 0, file.info().size());
    }

    /** Reads what stands between two bytes of a file: an item of a distributed checkpoint. */
    public static TorchFile read(RangedFile file, long start, long end) throws IOException {
        ByteBuffer head =
                ByteBuffer.allocate((int) Math.min(PROBE, end - start)).order(ByteOrder.LITTLE_ENDIAN);
        file.read(start, head);
        head.flip();
        if (head.remaining() >= Integer.BYTES && head.getInt(0) == ZIP) {
            return ZippedTorchFile.read(file, start, end);
        }
        if (LegacyTorchFile.begins(head)) {
            return LegacyTorchFile.read(file, start, end);
        }
        throw unknown(file, head);
    }

    private static RefusedInput unknown(RangedFile file, ByteBuffer head) {
        String text = StandardCharsets.ISO_8859_1.decode(head).toString();
        if (text.startsWith("ustar", TAR_MAGIC)) {
            return refuse(
                    file.info(),
                    "tar",
                    "is a tar archive, as torch wrote before version 0.2; expected the zip or the legacy format");
        }
        if (text.startsWith("version https://git-lfs")) {
            return refuse(file.info(), "lfs-pointer", "is what Git LFS leaves in its place until the file is fetched");
        }
        return refuse(file.info(), "unknown-format", "is neither a zip file nor a legacy file of torch.save");
    }

    /** {@code <file> <why>.} with the remedy that fits all of this package. */
    static RefusedInput refuse(FileInfo file, String code, String why) {
        return refuse(
                file, code, why, "save it again with a current torch.save, better as safetensors, or download it again");
    }

    static RefusedInput refuse(FileInfo file, String code, String why, String remedy) {
        return new RefusedInput("torch." + code, file.name() + " " + why + ".", remedy);
    }
}
