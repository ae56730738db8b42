package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.RefusedInput;

/** What cannot be read, with what would work and what that costs. */
final class Refusals {
    private static final String ORIGINAL =
            "name the 16-bit original as base; the merge then differs from training by the quantization's error";

    private Refusals() {}

    /** {@code quantization.<code>}: a tensor that its quantizer's own tools could not read either. */
    static RefusedInput damaged(String code, String tensor, String why) {
        return new RefusedInput(
                "quantization." + code,
                tensor + " " + why + ".",
                "save the quantized checkpoint again, or download it again; else " + ORIGINAL);
    }

    /** {@code quantization.unsupported}: a tensor that is sound as far as one can see, in a form that Ingot does not read. */
    static RefusedInput unsupported(String tensor, String why) {
        return new RefusedInput("quantization.unsupported", tensor + " " + why + ".", ORIGINAL);
    }
}
