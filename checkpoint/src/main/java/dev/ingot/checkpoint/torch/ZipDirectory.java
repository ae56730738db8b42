package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Entries of a zip file as torch writes them: stored, not compressed or encrypted, distinct plain names, nothing behind the directory. Layout (APPNOTE
 * 6.3.10): entries, each behind a local header; central directory; for large files the ZIP64 end record and its locator; end record of 22 bytes.
 *
 * @param start byte of the file at which the archive begins
 * @param end byte behind its end record
 * @param directory offset of the central directory in the archive
 */
record ZipDirectory(RangedFile file, long start, long end, long directory, Map<String, ZipEntry> entries) {
    static final int LOCAL_HEADER = 30;
    static final int LOCAL_SIGNATURE = 0x04034b50;

    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int LOCATOR_SIZE = 20;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int END64_SIZE = 56;
    private static final long MAX_DIRECTORY = 128L << 20;
    private static final int MAX_ENTRIES = 1_000_000;

    ZipDirectory {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /** Where the directory is, as the end records say. */
    private record Extent(long entries, long size, long offset) {}

    /** Reads the directory of the archive between two bytes of a file; RefusedInput {@code zip.*} when it is not as torch writes it. */
    static ZipDirectory read(RangedFile file, long start, long end) throws IOException {
        Reader reader = new Reader(file, start, end);
        Extent extent = reader.extent();
        return new ZipDirectory(file, start, end, extent.offset(), reader.entries(extent));
    }

    RefusedInput refuse(String code, String why) {
        return refuse(file, code, why);
    }

    private static RefusedInput refuse(RangedFile file, String code, String why) {
        return new RefusedInput(
                "zip." + code,
                file.info().name() + " is not a zip file as torch.save writes it: " + why + ".",
                "copy or download it again, or save it again with torch.save");
    }

    private record Reader(RangedFile file, long start, long end) {
        Extent extent() throws IOException {
            if (end - start < END_SIZE) {
                throw refuse(file, "truncated", "it has " + (end - start) + " bytes");
            }
            ByteBuffer record = read(end - END_SIZE, END_SIZE);
            if (record.getInt(0) != END_SIGNATURE || record.getShort(20) != 0) {
                throw refuse(file, "truncated", "it does not end with the end record of an archive");
            }
            if (record.getShort(4) != 0 || record.getShort(6) != 0) {
                throw refuse(file, "parts", "it is one part of several");
            }
            Extent small = new Extent(
                    Short.toUnsignedLong(record.getShort(10)),
                    Integer.toUnsignedLong(record.getInt(12)),
                    Integer.toUnsignedLong(record.getInt(16)));
            long behind = end - END_SIZE;
            boolean isLarge = small.entries() == 0xFFFF || small.size() == 0xFFFFFFFFL || small.offset() == 0xFFFFFFFFL;
            boolean hasLocator = behind - start >= LOCATOR_SIZE + END64_SIZE
                    && read(behind - LOCATOR_SIZE, LOCATOR_SIZE).getInt(0) == LOCATOR_SIGNATURE;
            Extent extent = small;
            if (hasLocator) {
                extent = large(small);
                behind -= LOCATOR_SIZE + END64_SIZE;
            } else if (isLarge) {
                throw refuse(file, "zip64", "its sizes are in a ZIP64 record that is not there");
            }
            requireInside(extent, behind);
            return extent;
        }

        private Extent large(Extent small) throws IOException {
            long behind = end - END_SIZE - LOCATOR_SIZE;
            long at = read(behind, LOCATOR_SIZE).getLong(8);
            if (at != behind - END64_SIZE - start) {
                throw refuse(file, "zip64", "its ZIP64 record is not where the locator says");
            }
            ByteBuffer record = read(behind - END64_SIZE, END64_SIZE);
            Extent large = new Extent(record.getLong(32), record.getLong(40), record.getLong(48));
            boolean agrees = record.getInt(0) == END64_SIGNATURE
                    && record.getLong(4) == END64_SIZE - 12
                    && (small.entries() == 0xFFFF || small.entries() == large.entries())
                    && (small.size() == 0xFFFFFFFFL || small.size() == large.size())
                    && (small.offset() == 0xFFFFFFFFL || small.offset() == large.offset());
            if (!agrees) {
                throw refuse(file, "zip64", "its ZIP64 record and its end record disagree");
            }
            return large;
        }

        private void requireInside(Extent extent, long behind) {
            if (extent.entries() < 0 || extent.entries() > MAX_ENTRIES) {
                throw refuse(file, "too-large", "it claims more than " + MAX_ENTRIES + " entries");
            }
            if (extent.size() < 0 || extent.size() > MAX_DIRECTORY) {
                throw refuse(file, "too-large", "its directory claims more than " + MAX_DIRECTORY + " bytes");
            }
            if (extent.offset() < 0 || extent.offset() != behind - start - extent.size()) {
                throw refuse(file, "directory", "its directory is not right before its end record");
            }
        }

        Map<String, ZipEntry> entries(Extent extent) throws IOException {
            ByteBuffer directory = read(start + extent.offset(), (int) extent.size());
            Map<String, ZipEntry> entries = new LinkedHashMap<>();
            for (long i = 0; i < extent.entries(); i++) {
                ZipEntry entry = new DirectoryRecord(file, directory).next();
                if (entries.put(entry.name(), entry) != null) {
                    throw refuse(file, "duplicate-name", "two entries are called '" + entry.name() + "'");
                }
            }
            if (directory.hasRemaining()) {
                throw refuse(file, "directory", "its directory has more bytes than entries");
            }
            return apart(entries, extent.offset());
        }

        private Map<String, ZipEntry> apart(Map<String, ZipEntry> entries, long directory) {
            TreeMap<Long, ZipEntry> byHeader = new TreeMap<>();
            for (ZipEntry entry : entries.values()) {
                if (byHeader.put(entry.header(), entry) != null) {
                    throw refuse(file, "overlap", "two entries begin at byte " + entry.header());
                }
            }
            Map<String, ZipEntry> limited = new LinkedHashMap<>();
            for (ZipEntry entry : entries.values()) {
                Long next = byHeader.higherKey(entry.header());
                long limit = next == null ? directory : next;
                long room = limit - entry.header() - LOCAL_HEADER - utf8(entry.name());
                if (entry.header() < 0 || entry.size() < 0 || entry.size() > room) {
                    throw refuse(
                            file,
                            "overlap",
                            "entry '%s' claims %d bytes, more than there are before what follows it"
                                    .formatted(entry.name(), entry.size()));
                }
                limited.put(entry.name(), entry.before(limit));
            }
            return limited;
        }

        private static int utf8(String name) {
            return name.getBytes(StandardCharsets.UTF_8).length;
        }

        private ByteBuffer read(long position, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            file.read(position, bytes);
            return bytes.flip();
        }
    }

    /** Takes one record of 46 bytes, its name, its extra fields and its comment off the directory. */
    private record DirectoryRecord(RangedFile file, ByteBuffer directory) {
        private static final int SIGNATURE = 0x02014b50;
        private static final int SIZE = 46;
        private static final int ENCRYPTED = 1;
        private static final int MAX_NAME = 1024;

        ZipEntry next() {
            int at = directory.position();
            if (directory.remaining() < SIZE || directory.getInt(at) != SIGNATURE) {
                throw refuse(file, "directory", "its directory ends before its entries do");
            }
            int nameLength = Short.toUnsignedInt(directory.getShort(at + 28));
            int extraLength = Short.toUnsignedInt(directory.getShort(at + 30));
            int commentLength = Short.toUnsignedInt(directory.getShort(at + 32));
            if (directory.remaining() < SIZE + nameLength + extraLength + commentLength) {
                throw refuse(file, "directory", "its directory ends before its entries do");
            }
            byte[] utf8 = new byte[nameLength];
            directory.get(at + SIZE, utf8);
            String name = requireName(utf8);
            requireStored(at, name);
            ByteBuffer extra =
                    directory.slice(at + SIZE + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN);
            ZipEntry entry = entry(at, name, extra);
            directory.position(at + SIZE + nameLength + extraLength + commentLength);
            return entry;
        }

        private String requireName(byte[] utf8) {
            String name = new String(utf8, StandardCharsets.UTF_8);
            boolean plain = !name.isEmpty()
                    && utf8.length <= MAX_NAME
                    && name.indexOf('\uFFFD') < 0
                    && name.indexOf('\\') < 0
                    && name.chars().noneMatch(Character::isISOControl);
            for (String segment : name.split("/", -1)) {
                plain = plain && !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
            }
            if (!plain) {
                throw refuse(file, "name", "an entry's name is no relative path of plain segments");
            }
            return name;
        }

        private void requireStored(int at, String name) {
            if ((directory.getShort(at + 8) & ENCRYPTED) != 0) {
                throw refuse(file, "encrypted", "entry '" + name + "' is encrypted");
            }
            if (directory.getShort(at + 10) != 0) {
                throw refuse(file, "compressed", "entry '" + name + "' is compressed; expected it stored");
            }
        }

        private ZipEntry entry(int at, String name, ByteBuffer extra) {
            long packed = Integer.toUnsignedLong(directory.getInt(at + 20));
            long size = Integer.toUnsignedLong(directory.getInt(at + 24));
            long header = Integer.toUnsignedLong(directory.getInt(at + 42));
            Zip64Sizes large = new Zip64Sizes(extra, name, file);
            size = large.orLarge(size);
            packed = large.orLarge(packed);
            header = large.orLarge(header);
            if (packed != size) {
                throw refuse(file, "compressed", "entry '" + name + "' takes another number of bytes than it has");
            }
            return new ZipEntry(name, header, size, Long.MAX_VALUE);
        }
    }

    /** The ZIP64 extra field: 8 bytes for each value that is all ones in the record, in the record's order. */
    private static final class Zip64Sizes {
        private static final int ID = 1;
        private final RangedFile file;
        private final String name;
        private final ByteBuffer values;

        Zip64Sizes(ByteBuffer extra, String name, RangedFile file) {
            this.file = file;
            this.name = name;
            ByteBuffer found = ByteBuffer.allocate(0);
            while (extra.remaining() >= 4) {
                int id = Short.toUnsignedInt(extra.getShort());
                int length = Short.toUnsignedInt(extra.getShort());
                if (length > extra.remaining()) {
                    break;
                }
                if (id == ID) {
                    found = extra.slice(extra.position(), length);
                }
                extra.position(extra.position() + length);
            }
            this.values = found.order(ByteOrder.LITTLE_ENDIAN);
        }

        long orLarge(long value) {
            if (value != 0xFFFFFFFFL) {
                return value;
            }
            if (values.remaining() < Long.BYTES) {
                throw refuse(file, "zip64", "entry '" + name + "' has no ZIP64 sizes");
            }
            return values.getLong();
        }
    }
}
