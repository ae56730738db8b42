package dev.ingot.validate.gate;

/**
 * A form of the base that training did not see, and that a merge which is not the trained model turns out to be made onto.
 *
 * @param measured what shows it
 * @param sentence what it was merged onto, without a full stop
 */
public record OtherBase(String measured, String sentence) {
    private static final String ORIGINAL = "merged onto the 16-bit original, not onto what training saw";

    /** 16 bit where training saw 4 or 8. */
    public static OtherBase original(String measured) {
        return new OtherBase(measured, ORIGINAL);
    }

    /** The other way round; {@code scheme} is a ready name, {@code nf4-double}. */
    public static OtherBase dequantized(String scheme) {
        return new OtherBase(
                "every tensor is right on the base as %s leaves it".formatted(scheme),
                "merged onto the base as dequantized from %s, not onto its 16-bit tensors".formatted(scheme));
    }

    /** What to do, by the sentence, which is all that a report keeps. */
    public static String remedy(String sentence) {
        return sentence.equals(ORIGINAL)
                ? "merge onto the base as training saw it, which `ingot merge` does; to see whether it is right otherwise, validate it"
                        + " against the 16-bit original"
                : "if training quantized the base while loading it, say so with --quantization-config; if it saw 16 bit, merge onto that";
    }
}
