package dev.ingot.pipeline.vector;

import jdk.incubator.vector.VectorShape;

/** How wide vectors are; apart from the loops, which do not even load where vectors are too narrow. Needs the module. */
final class VectorWidth {
    static final int NARROWEST = 256;
    private static final int WIDEST = 512;

    /** Bits: what this machine prefers, 512 at most, unless {@code ingot.kernel.bits} says otherwise. */
    static final int BITS = Integer.getInteger(
            "ingot.kernel.bits", Math.min(WIDEST, VectorShape.preferredShape().vectorBitSize()));

    private VectorWidth() {}
}
