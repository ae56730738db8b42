package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.pickle.PickleInput;
import dev.ingot.checkpoint.pickle.PickleMapping;
import dev.ingot.checkpoint.pickle.PickleReader;
import dev.ingot.checkpoint.pickle.PickleSequence;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.pickle.PickleValue.Bool;
import dev.ingot.checkpoint.pickle.PickleValue.Large;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The format before 1.6, and of {@code _use_new_zipfile_serialization=False}: pickles of a magic number, the protocol 1001, a description of the machine,
 * the object and the list of storage keys; then for each key its number of elements in 8 bytes and the elements. How wide they are stands in the
 * object's pickle alone, so storages are found one after the other.
 */
final class LegacyTorchFile implements TorchFile.Storages {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final byte[] MAGIC_BYTES = {(byte) 0x8a, 0x0a, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46};
    private static final int FRAME = 0x95;
    private static final int FRAME_BYTES = 9;
    private static final long PROTOCOL = 1001;

    private final FileInfo file;
    private final Map<String, Stretch> stretches;

    /** @param position of its first element, behind the count */
    private record Stretch(long position, long bytes) {}

    private LegacyTorchFile(FileInfo file, Map<String, Stretch> stretches) {
        this.file = file;
        this.stretches = stretches;
    }

    /** Whether a file begins with the magic number, after a PROTO of two bytes and, from protocol 4 on, a FRAME of nine. */
    static boolean begins(ByteBuffer head) {
        if (head.remaining() < 2 + FRAME_BYTES + MAGIC_BYTES.length || Byte.toUnsignedInt(head.get(0)) != 0x80) {
            return false;
        }
        int from = Byte.toUnsignedInt(head.get(2)) == FRAME ? 2 + FRAME_BYTES : 2;
        return head.slice(from, MAGIC_BYTES.length).equals(ByteBuffer.wrap(MAGIC_BYTES));
    }

    static TorchFile read(RangedFile file, long start, long end) throws IOException {
        PickleInput input = new PickleInput(file, start, end);
        PickleValue magic = PickleReader.read(input);
        PickleValue protocol = PickleReader.read(input);
        boolean known = magic instanceof Large(BigInteger value)
                && value.equals(MAGIC)
                && protocol instanceof Whole(long version)
                && version == PROTOCOL;
        if (!known) {
            throw TorchFile.refuse(file.info(), "legacy-protocol", "has another magic number or protocol than 1001");
        }
        requireLittleEndian(file.info(), PickleReader.read(input));
        PickleValue root = PickleReader.read(input);
        List<String> keys = keys(file.info(), PickleReader.read(input));
        Map<String, StorageReference> used = StorageReference.allIn(file.info(), root);
        Map<String, Stretch> stretches = stretches(file, input.position(), end, keys, used);
        return new TorchFile(file.info(), root, new LegacyTorchFile(file.info(), stretches));
    }

    private static void requireLittleEndian(FileInfo file, PickleValue machine) {
        boolean little = machine instanceof PickleMapping mapping
                && mapping.get("little_endian").orElse(null) instanceof Bool(boolean value)
                && value;
        if (!little) {
            throw TorchFile.refuse(
                    file, "big-endian", "was written on a machine of another byte order; expected little-endian");
        }
    }

    private static List<String> keys(FileInfo file, PickleValue list) {
        List<String> keys = new ArrayList<>();
        if (list instanceof PickleSequence sequence) {
            for (PickleValue item : sequence.items()) {
                String key = item.text();
                if (key != null) {
                    keys.add(key);
                }
            }
            if (keys.size() == sequence.size()) {
                return keys;
            }
        }
        throw TorchFile.refuse(file, "storage-keys", "has a list of storages that is none");
    }

    private static Map<String, Stretch> stretches(
            RangedFile file, long from, long end, List<String> keys, Map<String, StorageReference> used)
            throws IOException {
        Map<String, Stretch> stretches = new HashMap<>();
        long at = from;
        ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (String key : keys) {
            StorageReference storage = used.get(key);
            if (storage == null || end - at < Long.BYTES) {
                throw misfit(file.info(), key);
            }
            file.read(at, count.clear());
            at += Long.BYTES;
            long bytes = storage.bytes();
            if (count.getLong(0) != storage.elements() || bytes > end - at) {
                throw misfit(file.info(), key);
            }
            if (stretches.put(key, new Stretch(at, bytes)) != null) {
                throw misfit(file.info(), key);
            }
            at += bytes;
        }
        if (at != end) {
            throw TorchFile.refuse(file.info(), "trailing", "has %d bytes behind its storages".formatted(end - at));
        }
        return stretches;
    }

    private static RefusedInput misfit(FileInfo file, String key) {
        return TorchFile.refuse(
                file, "storage-size", "has a storage '%s' whose size is not what its pickle says".formatted(key));
    }

    @Override
    public long position(String key, long bytes) {
        Stretch stretch = stretches.get(key);
        if (stretch == null || stretch.bytes() != bytes) {
            throw misfit(file, key);
        }
        return stretch.position();
    }
}
