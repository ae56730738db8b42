package dev.ingot.pipeline.plan;

/**
 * What is known of the base that training saw.
 *
 * @param known whether what is merged onto is known to be what training saw; where it is not, or is known not to be, the verdict says the sentence
 * @param sentence for report, exit message and model card
 */
public record BaseStatement(Kind kind, boolean known, String sentence) {
    /** The three bases an adapter can belong to. */
    public enum Kind {
        /** A checkpoint packed in 4 bit: its dequantized values. */
        PACKED,
        /** A 16-bit checkpoint as it is. */
        STORED,
        /** A 16-bit checkpoint that was quantized while loading. */
        QUANTIZED_WHILE_LOADING
    }
}
