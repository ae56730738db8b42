package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.request.GateOverride;
import org.jspecify.annotations.Nullable;

/** A gate as a row of the table: colour and word say the same. */
record GateView(
        String name,
        String question,
        String measured,
        String limit,
        String detail,
        String override,
        String cssClass,
        String state) {
    static GateView of(Gate gate) {
        return new GateView(
                gate.name(),
                gate.question(),
                orDash(gate.measured()),
                orDash(gate.limit()),
                gate.detail(),
                override(gate.override()),
                cssClass(gate),
                word(gate));
    }

    private static String override(@Nullable GateOverride override) {
        return override == null ? "" : "Let past by %s: %s".formatted(override.by(), override.reason());
    }

    private static String orDash(String figure) {
        return figure.isEmpty() ? "–" : figure;
    }

    private static String cssClass(Gate gate) {
        return switch (gate.state()) {
            case PASSED -> "ok";
            case FAILED -> "bad";
            case NOT_MEASURED -> "warn";
            case INFORMATION -> "info";
            case OVERRIDDEN -> "warn";
        };
    }

    private static String word(Gate gate) {
        return switch (gate.state()) {
            case PASSED -> "passed";
            case FAILED -> "failed";
            case NOT_MEASURED -> "not measured";
            case INFORMATION -> "no limit set";
            case OVERRIDDEN -> "overridden";
        };
    }
}
