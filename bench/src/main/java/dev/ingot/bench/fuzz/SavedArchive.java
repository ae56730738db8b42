package dev.ingot.bench.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A file of torch.save whose pickle can be exchanged for one of another length: everything that says where something is, is moved with it, so that the
 * archive stays sound and the pickle is read.
 */
final class SavedArchive {
    private static final int LOCAL = 30;
    private static final int RECORD = 46;
    private static final int RECORD_SIGNATURE = 0x02014b50;
    private static final int END = 22;
    private static final int LOCATOR = 20;
    private static final int END64 = 56;

    private final byte[] content;
    private final int record;
    private final int from;
    private final int length;

    private SavedArchive(byte[] content, int record, int from, int length) {
        this.content = content;
        this.record = record;
        this.from = from;
        this.length = length;
    }

    /** Empty where it is no archive with a pickle. */
    static Optional<SavedArchive> of(byte[] content) {
        ByteBuffer bytes = little(content);
        if (content.length < END || bytes.getInt(0) != 0x04034b50) {
            return Optional.empty();
        }
        int at = directory(bytes);
        while (bytes.getInt(at) == RECORD_SIGNATURE) {
            String name = new String(content, at + RECORD, bytes.getShort(at + 28), StandardCharsets.UTF_8);
            if (name.endsWith("/data.pkl")) {
                int header = bytes.getInt(at + 42);
                int data = header + LOCAL + bytes.getShort(header + 26) + bytes.getShort(header + 28);
                return Optional.of(new SavedArchive(content, at, data, bytes.getInt(at + 24)));
            }
            at += RECORD + bytes.getShort(at + 28) + bytes.getShort(at + 30) + bytes.getShort(at + 32);
        }
        return Optional.empty();
    }

    private static int directory(ByteBuffer bytes) {
        return bytes.getInt(bytes.capacity() - END + 16);
    }

    private static ByteBuffer little(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] pickle() {
        byte[] pickle = new byte[length];
        System.arraycopy(content, from, pickle, 0, length);
        return pickle;
    }

    byte[] with(byte[] pickle) {
        int by = pickle.length - length;
        ByteBuffer moved = ByteBuffer.allocate(content.length + by).order(ByteOrder.LITTLE_ENDIAN);
        moved.put(content, 0, from).put(pickle).put(content, from + length, content.length - from - length);
        int directory = directory(little(content)) + by;
        int own = record + by;
        moved.putInt(own + 20, pickle.length).putInt(own + 24, pickle.length);
        for (int at = directory; moved.getInt(at) == RECORD_SIGNATURE; ) {
            int header = moved.getInt(at + 42);
            if (header >= from) {
                moved.putInt(at + 42, header + by);
            }
            at += RECORD + moved.getShort(at + 28) + moved.getShort(at + 30) + moved.getShort(at + 32);
        }
        int end = moved.capacity() - END;
        moved.putInt(end + 16, directory);
        if (moved.getInt(end - LOCATOR) == 0x07064b50) {
            moved.putLong(end - LOCATOR + 8, moved.getLong(end - LOCATOR + 8) + by);
            moved.putLong(end - LOCATOR - END64 + 48, directory);
        }
        return moved.array();
    }
}
