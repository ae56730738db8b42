package dev.ingot.checkpoint;

/** Element types of safetensors 0.8, with their width. */
public enum DType {
    BOOL(8),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    U8(8),
    I8(8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    I16(16),
    U16(16),
    F16(16),
    BF16(16),
    I32(32),
    U32(32),
    F32(32),
    C64(64),
    F64(64),
    I64(64),
    U64(64);

    private final int bits;

    DType(int bits) {
        this.bits = bits;
    }

    /** Width of one element in bits. */
    public int bits() {
        return bits;
    }

    /** Bytes that {@code elements} elements take; throws ArithmeticException when they do not fill whole bytes or overflow. */
    public long bytes(long elements) {
        long total = Math.multiplyExact(elements, (long) bits);
        if (total % 8 != 0) {
            throw new ArithmeticException(elements + " elements of " + this + " do not fill whole bytes");
        }
        return total / 8;
    }

    /** Whether this is one of the types that a merge computes with: F16, BF16, F32. */
    public boolean isMergeable() {
        return this == F16 || this == BF16 || this == F32;
    }

    /** The name that torch and config.json use ({@code float16}); only for types that have one. */
    public String torchName() {
        return switch (this) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F32 -> "float32";
            case F64 -> "float64";
            case U8 -> "uint8";
            case I8 -> "int8";
            case I16 -> "int16";
            case I32 -> "int32";
            case I64 -> "int64";
            case BOOL -> "bool";
            case F8_E4M3 -> "float8_e4m3fn";
            case F8_E5M2 -> "float8_e5m2";
            case F4, F6_E2M3, F6_E3M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, U16, U32, C64, U64 ->
                name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    /** The type that torch calls {@code name}, with or without {@code torch.} before it. */
    public static java.util.Optional<DType> ofTorchName(String name) {
        String bare = name.startsWith("torch.") ? name.substring(6) : name;
        for (DType type : values()) {
            if (type.torchName().equals(bare)) {
                return java.util.Optional.of(type);
            }
        }
        return java.util.Optional.empty();
    }
}
