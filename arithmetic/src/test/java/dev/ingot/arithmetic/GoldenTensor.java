package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tensors that a formula gives, exact in every dtype, whose quantization by bitsandbytes 0.50 is on record as digests. */
enum GoldenTensor {
    /** One block. */
    X64(64) {
        @Override
        float value(int i) {
            return k(i, 127) / 1024f;
        }
    },
    /** Two blocks and two elements. */
    X130(130) {
        @Override
        float value(int i) {
            return (float) Math.scalb((double) k(i, 127), i / 64 - 10);
        }
    },
    /** 300 blocks of 50 different scales. */
    XD(19200) {
        @Override
        float value(int i) {
            return k(i, 127 - 2 * (i / 64 % 50)) / 1024f;
        }
    };

    static final int BLOCKSIZE = 64;

    private final int count;

    GoldenTensor(int count) {
        this.count = count;
    }

    abstract float value(int i);

    private static int k(int i, int m) {
        return (37 * i + 11) % m - (m - 1) / 2;
    }

    float[] elements() {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = value(i);
        }
        return values;
    }

    int blocks() {
        return Math.ceilDiv(count, BLOCKSIZE);
    }

    /** Little-endian bytes of values in a dtype. */
    static byte[] bytes(DType dtype, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (dtype == DType.F32) {
                bytes.putFloat(value);
            } else {
                bytes.putShort((short) Rounding.bits(dtype, value));
            }
        }
        return bytes.array();
    }

    /** The first 16 digits of the SHA-256. */
    static String sha256(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String hex(float value) {
        return HexFormat.of().toHexDigits(Float.floatToRawIntBits(value));
    }
}
