package dev.ingot.validate.forward;

import dev.ingot.validate.family.Routing;
import dev.ingot.validate.family.Routing.Weighting;

/**
 * A mixture of experts under way: which expert every token of a batch goes to, and what those that were computed have added up to. Experts are in
 * memory a few at a time, so this is what remains between them: three arrays of tokens x hidden.
 */
final class Mixture {
    private final int hidden;
    private final float[] inputs;
    private final float[] beside;
    private final float[] sum;
    /** Tokens x chosen. */
    private final int[] experts;

    private final float[] weights;
    private final int chosen;

    /**
     * @param inputs what experts see, tokens x hidden
     * @param beside what is added to their sum, tokens x hidden, or empty
     * @param scores of the router, tokens x experts
     * @param perExpert a factor on every expert's weight, or empty
     */
    Mixture(int hidden, float[] inputs, float[] beside, float[] scores, Routing routing, float[] perExpert) {
        this.hidden = hidden;
        this.inputs = inputs;
        this.beside = beside;
        this.sum = new float[inputs.length];
        this.chosen = routing.chosen();
        int tokens = inputs.length / hidden;
        this.experts = new int[tokens * chosen];
        this.weights = new float[tokens * chosen];
        float[] own = new float[scores.length / tokens];
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(scores, token * own.length, own, 0, own.length);
            choose(own, token * chosen);
            weigh(own, token * chosen, routing.weighting());
        }
        for (int i = 0; perExpert.length > 0 && i < experts.length; i++) {
            weights[i] *= perExpert[experts[i]];
        }
    }

    /** The experts with the largest scores, of equal ones the first. */
    private void choose(float[] scores, int at) {
        boolean[] taken = new boolean[scores.length];
        for (int i = 0; i < chosen; i++) {
            int best = -1;
            for (int e = 0; e < scores.length; e++) {
                if (!taken[e] && (best < 0 || scores[e] > scores[best])) {
                    best = e;
                }
            }
            taken[best] = true;
            experts[at + i] = best;
        }
    }

    private void weigh(float[] scores, int at, Weighting weighting) {
        float max = scores[experts[at]];
        double all = 0;
        for (float score : scores) {
            all += Math.exp(score - max);
        }
        double ofChosen = 0;
        for (int i = at; i < at + chosen; i++) {
            ofChosen += Math.exp(scores[experts[i]] - max);
        }
        double divisor = switch (weighting) {
            case OF_ALL -> all;
            case NORMED, OF_CHOSEN -> ofChosen;
        };
        for (int i = at; i < at + chosen; i++) {
            weights[i] = (float) (Math.exp(scores[experts[i]] - max) / divisor);
        }
    }

    /** Places in the lists of choices at which an expert stands. */
    int[] placesOf(int expert) {
        int count = 0;
        for (int each : experts) {
            count += each == expert ? 1 : 0;
        }
        int[] places = new int[count];
        for (int i = 0, at = 0; at < count; i++) {
            if (experts[i] == expert) {
                places[at++] = i;
            }
        }
        return places;
    }

    /** What the expert sees of the tokens at these places: places x hidden. */
    float[] gather(int[] places) {
        float[] rows = new float[places.length * hidden];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(inputs, places[i] / chosen * hidden, rows, i * hidden, hidden);
        }
        return rows;
    }

    /** Adds what an expert made of its tokens, places x hidden, with their weights. */
    void add(int[] places, float[] made) {
        for (int i = 0; i < places.length; i++) {
            int to = places[i] / chosen * hidden;
            float weight = weights[places[i]];
            for (int j = 0; j < hidden; j++) {
                sum[to + j] += weight * made[i * hidden + j];
            }
        }
    }

    /** Of all experts so far: tokens x hidden. */
    float[] sum() {
        return sum;
    }

    /** Tokens x hidden, or empty. */
    float[] beside() {
        return beside;
    }
}
