package dev.ingot.validate.gate;

import dev.ingot.pipeline.report.Interval;
import dev.ingot.pipeline.report.Report.Gate;
import java.util.function.DoubleFunction;

/** Says of a gate whether its figure would lie on the same side of the limit on other text. */
record Certainty(Interval interval) {
    static Certainty of(Interval interval) {
        return new Certainty(interval);
    }

    /** The gate, with a word on its interval where that holds the limit; one that is a single figure is sure. */
    Gate at(double limit, DoubleFunction<String> text, Gate gate) {
        boolean sure = !interval.holds(limit) || interval.low() == interval.high();
        return sure
                ? gate
                : gate.near("near its limit: 95 %% interval %s to %s"
                        .formatted(text.apply(interval.low()), text.apply(interval.high())));
    }
}
