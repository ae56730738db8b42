package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;

/**
 * How 4-bit bytes are to be read, and what they become.
 *
 * @param blocksize elements that share a scale, at least 1; blocks run over the flattened tensor
 * @param lowNibbleFirst whether the low nibble holds the first of a byte's two elements; bitsandbytes puts it into the high one
 * @param dtype F16, BF16 or F32, to which every value is rounded
 */
public record FourBitLayout(FourBitCode code, int blocksize, boolean lowNibbleFirst, DType dtype) {
    public FourBitLayout {
        if (blocksize < 1) {
            throw new IllegalArgumentException("expected blocks of at least 1 element, found " + blocksize);
        }
        if (dtype != DType.F16 && dtype != DType.BF16 && dtype != DType.F32) {
            throw new IllegalArgumentException("4 bit becomes F16, BF16 or F32, not " + dtype);
        }
    }
}
