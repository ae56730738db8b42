package dev.ingot.validate.family;

import java.util.function.IntFunction;

/**
 * Rotary position embedding by halves: element i of a head turns with element i + width / 2.
 *
 * @param pairs of elements of a head that turn; the others pass
 * @param frequencies in float32 as transformers computes them, one per pair, of a text of so many positions
 * @param attentionFactor on cosine and sine
 */
public record Rope(int pairs, IntFunction<float[]> frequencies, float attentionFactor) {

    /** The same frequencies for a text of any length. */
    public static Rope constant(float[] frequencies, float attentionFactor) {
        return new Rope(frequencies.length, length -> frequencies, attentionFactor);
    }

    /** Cosines of positions {@code 0..count}, one per pair of rotated elements: {@code count x pairs}. */
    public float[] cosines(int count) {
        return table(count, true);
    }

    /** Sines likewise. */
    public float[] sines(int count) {
        return table(count, false);
    }

    private float[] table(int count, boolean cosine) {
        float[] inverse = frequencies.apply(count);
        float[] table = new float[count * pairs];
        for (int i = 0; i < table.length; i++) {
            float angle = i / pairs * inverse[i % pairs];
            table[i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle)) * attentionFactor;
        }
        return table;
    }
}
