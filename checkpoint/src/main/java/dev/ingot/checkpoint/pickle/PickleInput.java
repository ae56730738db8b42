package dev.ingot.checkpoint.pickle;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A stretch of a file, read forwards through a small window. Several pickles may follow one another in it. */
public final class PickleInput {
    private static final int WINDOW = 1 << 16;

    private final RangedFile file;
    private final long end;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    private long windowEnd;
    private long memory = PickleLimits.MEMORY;

    /** @param start and end: bytes of the file; the stretch lies inside it */
    public PickleInput(RangedFile file, long start, long end) {
        if (start < 0 || end < start || end > file.info().size()) {
            throw new IllegalArgumentException(start + " to " + end + " is not inside " + file.info());
        }
        this.file = file;
        this.end = end;
        this.windowEnd = start;
        window.limit(0);
    }

    /** Offset in the file of the byte that is read next. */
    public long position() {
        return windowEnd - window.remaining();
    }

    /** Whether nothing is left. */
    public boolean isAtEnd() {
        return position() == end;
    }

    int u1() throws IOException {
        need(1);
        return Byte.toUnsignedInt(window.get());
    }

    int u2() throws IOException {
        need(2);
        return Short.toUnsignedInt(window.getShort());
    }

    int i4() throws IOException {
        need(4);
        return window.getInt();
    }

    long u4() throws IOException {
        return Integer.toUnsignedLong(i4());
    }

    long i8() throws IOException {
        need(8);
        return window.getLong();
    }

    double bigEndianDouble() throws IOException {
        return Double.longBitsToDouble(Long.reverseBytes(i8()));
    }

    /** The next {@code length} bytes; a length beyond {@code limit} is refused before anything is allocated. */
    byte[] bytes(long length, int limit) throws IOException {
        requireLength(length);
        if (length > limit) {
            throw refuse("too-large", "one value claims %d bytes; at most %d are read".formatted(length, limit));
        }
        spend(length);
        byte[] content = new byte[(int) length];
        for (int at = 0; at < content.length; ) {
            need(1);
            int count = Math.min(content.length - at, window.remaining());
            window.get(content, at, count);
            at += count;
        }
        return content;
    }

    void skip(long length) throws IOException {
        requireLength(length);
        if (length <= window.remaining()) {
            window.position(window.position() + (int) length);
        } else {
            windowEnd = position() + length;
            window.limit(0);
        }
    }

    /** What stands before the next line feed. */
    String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = u1(); next != '\n'; next = u1()) {
            if (text.length() == PickleLimits.LINE) {
                throw refuse("too-large", "a line has more than %d bytes".formatted(PickleLimits.LINE));
            }
            text.append((char) next);
        }
        spend(text.length());
        return text.toString();
    }

    /** UTF-8, or empty when the bytes are none. */
    static Optional<String> decoded(byte[] utf8) {
        if (isAscii(utf8)) {
            return Optional.of(new String(utf8, StandardCharsets.US_ASCII));
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isAscii(byte[] utf8) {
        for (byte each : utf8) {
            if (each < 0) {
                return false;
            }
        }
        return true;
    }

    /** Counts memory that a value takes against the cap of the whole stretch. */
    void spend(long bytes) {
        memory -= bytes;
        if (memory < 0) {
            throw refuse("too-large", "its values take more than %d bytes".formatted(PickleLimits.MEMORY));
        }
    }

    /** RefusedInput {@code pickle.<code>} that names the file and the place. */
    public RefusedInput refuse(String code, String why) {
        return new RefusedInput(
                "pickle." + code,
                "The pickle in %s cannot be read as data at byte %d: %s."
                        .formatted(file.info().name(), position(), why),
                "save the checkpoint again with torch.save, better as safetensors; do not load it in Python to find out");
    }

    private void requireLength(long length) {
        if (length < 0 || length > end - position()) {
            throw refuse(
                    "truncated",
                    "a value claims %s bytes, but %d are left"
                            .formatted(Long.toUnsignedString(length), end - position()));
        }
    }

    private void need(int count) throws IOException {
        if (window.remaining() >= count) {
            return;
        }
        if (end - position() < count) {
            throw refuse("truncated", "it ends in the middle of an instruction");
        }
        int kept = window.remaining();
        window.compact();
        window.limit((int) Math.min(WINDOW, kept + end - windowEnd));
        int added = window.remaining();
        file.read(windowEnd, window);
        windowEnd += added;
        window.flip();
    }
}
