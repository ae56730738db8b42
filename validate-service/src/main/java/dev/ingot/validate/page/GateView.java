package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Report.Gate;

/** A gate as a row of the table: colour and word say the same. */
record GateView(
        String name, String question, String measured, String limit, String detail, String cssClass, String state) {
    static GateView of(Gate gate) {
        return new GateView(
                gate.name(),
                gate.question(),
                orDash(gate.measured()),
                orDash(gate.limit()),
                gate.detail(),
                cssClass(gate),
                word(gate));
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
