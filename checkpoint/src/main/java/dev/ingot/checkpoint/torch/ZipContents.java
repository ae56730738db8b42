package dev.ingot.checkpoint.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds where an entry's bytes begin: its local header alone says, because torch pads there to 64 bytes. One window serves neighbours. */
final class ZipContents {
    private static final int WINDOW = 1 << 14;
    private static final int ENCRYPTED = 1;

    private final ZipDirectory zip;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    private long windowStart = -1;

    ZipContents(ZipDirectory zip) {
        this.zip = zip;
        window.limit(0);
    }

    /** Offset in the file of an entry's first byte; RefusedInput {@code zip.*} when its local header contradicts the directory. */
    long position(ZipEntry entry) throws IOException {
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = at(zip.start() + entry.header(), ZipDirectory.LOCAL_HEADER + name.length);
        int from = header.position();
        byte[] found = new byte[name.length];
        header.get(from + ZipDirectory.LOCAL_HEADER, found);
        boolean agrees = header.getInt(from) == ZipDirectory.LOCAL_SIGNATURE
                && (header.getShort(from + 6) & ENCRYPTED) == 0
                && header.getShort(from + 8) == 0
                && Short.toUnsignedInt(header.getShort(from + 26)) == name.length
                && Arrays.equals(found, name);
        if (!agrees) {
            throw zip.refuse("local-header", "entry '" + entry.name() + "' is another one in its place");
        }
        long begin = entry.header()
                + ZipDirectory.LOCAL_HEADER
                + name.length
                + Short.toUnsignedInt(header.getShort(from + 28));
        if (entry.size() > entry.limit() - begin) {
            throw zip.refuse("overlap", "entry '" + entry.name() + "' reaches into what follows it");
        }
        return zip.start() + begin;
    }

    /** The whole of a small entry. */
    String text(ZipEntry entry, int limit) throws IOException {
        if (entry.size() > limit) {
            throw zip.refuse("too-large", "entry '%s' has %d bytes".formatted(entry.name(), entry.size()));
        }
        ByteBuffer content = ByteBuffer.allocate((int) entry.size());
        zip.file().read(position(entry), content);
        return new String(content.array(), StandardCharsets.UTF_8);
    }

    private ByteBuffer at(long position, int length) throws IOException {
        boolean held = windowStart >= 0 && position >= windowStart && position + length <= windowStart + window.limit();
        if (!held) {
            long count = Math.min(WINDOW, zip.end() - position);
            if (count < length) {
                throw zip.refuse("truncated", "an entry begins where the file ends");
            }
            window.clear().limit((int) count);
            zip.file().read(position, window);
            windowStart = position;
        }
        return window.position((int) (position - windowStart));
    }
}
