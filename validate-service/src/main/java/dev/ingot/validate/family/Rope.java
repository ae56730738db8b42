package dev.ingot.validate.family;

/**
 * Rotary position embedding by halves: element i of a head turns with element i + width / 2.
 *
 * @param inverseFrequencies one per pair of rotated elements, in float32 as transformers computes them
 * @param attentionFactor on cosine and sine
 */
public record Rope(float[] inverseFrequencies, float attentionFactor) {

    /** Elements of a head that turn; the others pass. */
    public int width() {
        return 2 * inverseFrequencies.length;
    }

    /** Cosines of positions {@code 0..count}, one per pair of rotated elements: {@code count x width / 2}. */
    public float[] cosines(int count) {
        return table(count, true);
    }

    /** Sines likewise. */
    public float[] sines(int count) {
        return table(count, false);
    }

    private float[] table(int count, boolean cosine) {
        int pairs = inverseFrequencies.length;
        float[] table = new float[count * pairs];
        for (int i = 0; i < table.length; i++) {
            float angle = i / pairs * inverseFrequencies[i % pairs];
            table[i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle)) * attentionFactor;
        }
        return table;
    }
}
