package dev.ingot.validate.page;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** A logarithmic axis from {@code left} to {@code right} that holds some positive values with a little room on both sides. */
record LogAxis(double low, double high, double left, double right) {
    private static final double ROOM = 0.12;
    private static final double SHORTEST = 0.6;

    /** An axis around the positive finite ones of {@code values}; at least one must be. */
    static LogAxis around(DoubleStream values, double left, double right) {
        var statistics = values.filter(LogAxis::isDrawable).map(Math::log10).summaryStatistics();
        if (statistics.getCount() == 0) {
            throw new IllegalArgumentException("no value that a logarithmic axis can show");
        }
        double missing = Math.max(0, SHORTEST - (statistics.getMax() - statistics.getMin())) / 2;
        return new LogAxis(statistics.getMin() - ROOM - missing, statistics.getMax() + ROOM + missing, left, right);
    }

    static boolean isDrawable(double value) {
        return Double.isFinite(value) && value > 0;
    }

    double x(double value) {
        return left + (Math.log10(value) - low) / (high - low) * (right - left);
    }

    /** Round numbers (1, 2, 5 times a power of ten) on the axis, at least {@code gap} units apart. */
    List<Double> ticks(double gap) {
        List<Double> ticks = new ArrayList<>();
        double last = Double.NEGATIVE_INFINITY;
        for (int exponent = (int) Math.floor(low); exponent <= high; exponent++) {
            for (int step : new int[] {1, 2, 5}) {
                double value = step * Math.pow(10, exponent);
                double x = x(value);
                if (x >= left && x <= right && x - last >= gap) {
                    ticks.add(value);
                    last = x;
                }
            }
        }
        return ticks;
    }
}
