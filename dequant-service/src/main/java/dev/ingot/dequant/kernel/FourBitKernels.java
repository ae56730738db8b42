package dev.ingot.dequant.kernel;

/** Makes the kernel that suits this machine. */
public final class FourBitKernels {
    private FourBitKernels() {}

    /** A kernel of its own for every caller: it keeps buffers. */
    public static FourBitKernel of(FourBitLayout layout) {
        return new PlainFourBitKernel(layout);
    }
}
