package dev.ingot.pipeline.signing;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One element of a DER encoding (X.690), as far as keys need it: definite lengths, tags of one byte. IllegalArgumentException for anything else. */
record Der(int tag, byte[] content) {
    static final int OCTETS = 0x04;
    static final int BITS = 0x03;
    static final int OID = 0x06;
    static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int LONG_LENGTH = 0x80;

    /** The element that these bytes are, all of them. */
    static Der read(byte[] bytes) {
        List<Der> elements = elements(bytes);
        if (elements.size() != 1) {
            throw new IllegalArgumentException(elements.size() + " elements where one was expected");
        }
        return elements.getFirst();
    }

    /** What a sequence or an explicit tag holds. */
    List<Der> children() {
        return elements(content);
    }

    private static List<Der> elements(byte[] bytes) {
        List<Der> elements = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int tag = byteAt(bytes, at++);
            int length = byteAt(bytes, at++);
            if (length >= LONG_LENGTH) {
                int more = length - LONG_LENGTH;
                if (more < 1 || more > 3) {
                    throw new IllegalArgumentException("a length of " + more + " bytes");
                }
                length = 0;
                for (int i = 0; i < more; i++) {
                    length = length << Byte.SIZE | byteAt(bytes, at++);
                }
            }
            if (length > bytes.length - at) {
                throw new IllegalArgumentException("it ends early");
            }
            elements.add(new Der(tag, Arrays.copyOfRange(bytes, at, at + length)));
            at += length;
        }
        return elements;
    }

    private static int byteAt(byte[] bytes, int at) {
        if (at >= bytes.length) {
            throw new IllegalArgumentException("it ends early");
        }
        return Byte.toUnsignedInt(bytes[at]);
    }

    static Der sequence(Der... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (Der part : parts) {
            content.writeBytes(part.encoded());
        }
        return new Der(SEQUENCE, content.toByteArray());
    }

    static Der zero() {
        return new Der(INTEGER, new byte[1]);
    }

    byte[] encoded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.length;
        if (length >= 1 << Byte.SIZE) {
            out.write(LONG_LENGTH + 2);
            out.write(length >> Byte.SIZE);
        } else if (length >= LONG_LENGTH) {
            out.write(LONG_LENGTH + 1);
        }
        out.write(length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    /** Dotted text of an object identifier; each number but the first is seven bits to a byte, the first holds two. */
    String oid() {
        if (tag != OID || content.length == 0) {
            throw new IllegalArgumentException("no object identifier");
        }
        StringBuilder text = new StringBuilder();
        long number = 0;
        for (byte part : content) {
            number = number << 7 | part & 0x7F;
            if (part >= 0) {
                long first = Math.min(number / 40, 2);
                text.append(text.isEmpty() ? first + "." + (number - 40 * first) : "." + number);
                number = 0;
            }
        }
        return text.toString();
    }
}
