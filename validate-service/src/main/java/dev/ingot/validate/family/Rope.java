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

    /** Cosines of positions {@code 0..count}, {@code count x width}, row after row. */
    public float[] cosines(int count) {
        return table(count, true);
    }

    /** Sines likewise. */
    public float[] sines(int count) {
        return table(count, false);
    }

    private float[] table(int count, boolean cosine) {
        int half = inverseFrequencies.length;
        float[] table = new float[count * 2 * half];
        for (int position = 0; position < count; position++) {
            for (int i = 0; i < half; i++) {
                float angle = position * inverseFrequencies[i];
                float value = (float) (cosine ? Math.cos(angle) : Math.sin(angle)) * attentionFactor;
                table[position * 2 * half + i] = value;
                table[position * 2 * half + half + i] = value;
            }
        }
        return table;
    }
}
