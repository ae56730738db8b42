package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Report;

/** Why a figure is missing, so that a card never stands empty. */
final class Absence {
    private Absence() {}

    /** {@code what} with the report's reason, or with the plain statement that the report gives none. */
    static String of(Report report, String what) {
        return report.notMeasured().isBlank()
                ? what + "; the report gives no reason."
                : what + ": " + report.notMeasured();
    }
}
