package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import dev.ingot.arithmetic.adapter.TurnedRows;
import dev.ingot.validate.weights.Unmergeable;

/**
 * What RoAd makes of the rows of a group: each takes {@code same} of itself and {@code other} of its partner.
 *
 * @param same and other: one factor for each output
 */
@SuppressWarnings("ArrayRecordComponent")
record RoadPairs(double[] same, double[] other, int group) {
    static RoadPairs of(TrainedModule m) {
        int group = (int) m.config().number("group_size", 64);
        String variant = m.config().json().text("variant").orElse("road_1");
        double[] theta = m.vector("road_theta");
        double[] alpha = m.vector("road_alpha");
        double[] same = new double[m.out()];
        double[] other = new double[m.out()];
        for (int row = 0; row < m.out(); row++) {
            int in = row % group;
            int before = row / group;
            int first = switch (variant) {
                case "road_1" -> before * (group / 2) + in % (group / 2);
                case "road_2" -> row;
                case "road_4" -> before * 2 * group + in;
                default -> throw new Unmergeable("RoAd of the variant '" + variant + "'");
            };
            int second = variant.equals("road_4") ? first + group : first;
            same[row] = alpha[first] * Math.cos(theta[first]);
            other[row] = alpha[second] * Math.sin(theta[second]);
        }
        return new RoadPairs(same, other, group);
    }

    RowFormula formula(Base base, Rounder rounder) {
        return TurnedRows.pairs(same, other, group, base, rounder);
    }
}
