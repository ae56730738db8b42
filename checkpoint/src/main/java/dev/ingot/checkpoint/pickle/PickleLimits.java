package dev.ingot.checkpoint.pickle;

/** More than any checkpoint has, less than what would hurt: every cap on what one pickle may claim. */
final class PickleLimits {
    /** Opcodes of one stream; a tensor takes about 40. */
    static final int OPCODES = 20_000_000;

    /** Memory that its values take, by estimate, in bytes. */
    static final long MEMORY = 256L << 20;

    /** One text or byte string, in bytes. */
    static final int TEXT = 1 << 20;

    /** One integer, in bytes. */
    static final int INTEGER = 64;

    /** One line of the text protocol, in bytes. */
    static final int LINE = 4096;

    /** Containers in containers. */
    static final int DEPTH = 200;

    /** Values that it would have if every shared one were written out. */
    static final long EXPANDED = 200_000_000;

    /** Marks open at the same time. */
    static final int MARKS = 1000;

    private PickleLimits() {}
}
