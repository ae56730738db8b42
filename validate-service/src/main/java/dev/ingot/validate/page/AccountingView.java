package dev.ingot.validate.page;

import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Accounting;
import dev.ingot.pipeline.report.Report.TensorDigest;
import java.util.List;

/**
 * Which of the adapter's tensors were left over, and the digests that base and checkpoint share.
 *
 * @param moreLeft how many left-over tensors the report has beyond those that are shown
 * @param more how many digests the report has beyond those that are shown
 */
record AccountingView(List<Left> leftOver, int moreLeft, String untouched, List<TensorDigest> digests, int more) {
    private static final int SHOWN = 500;
    private static final int NAME = 160;
    private static final int FEW = 3;

    static AccountingView of(Accounting accounting) {
        List<TensorDigest> shown = accounting.untouched().stream()
                .limit(SHOWN)
                .map(digest -> new TensorDigest(Shortened.to(NAME, digest.tensor()), digest.digest()))
                .toList();
        return new AccountingView(
                accounting.leftOver().stream().limit(SHOWN).map(Left::of).toList(),
                Math.max(0, accounting.leftOver().size() - SHOWN),
                NumberText.count(accounting.untouched().size()),
                shown,
                accounting.untouched().size() - shown.size());
    }

    /** Whether there are more of them than stand well in a sentence. */
    public boolean hasManyLeft() {
        return leftOver.size() > FEW;
    }

    /** A tensor without use, and why. */
    record Left(String tensor, String rule) {
        static Left of(LedgerEntry entry) {
            return new Left(Shortened.to(NAME, entry.name()), entry.rule());
        }
    }
}
