package dev.ingot.validate.page;

import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.report.Report.StageTiming;
import java.util.List;
import java.util.Map;

/**
 * One of the four figures under the verdict.
 *
 * @param words whether the figure is said in words and needs a smaller type
 */
record Kpi(String figure, String label, boolean words) {
    private static final String NOT_MEASURED = "not measured";

    static List<Kpi> of(Report report) {
        return List.of(perplexity(report), divergence(report), adapterTensors(report.adapterLedger()), time(report));
    }

    private static Kpi perplexity(Report report) {
        return report.perplexities().stream()
                .filter(row -> row.set().equals("domain"))
                .findFirst()
                .or(() -> report.perplexities().stream().findFirst())
                .map(Kpi::perplexity)
                .orElse(new Kpi(NOT_MEASURED, "perplexity", true));
    }

    private static Kpi perplexity(Perplexity row) {
        String figure = NumberText.perplexity(row.base()) + " → " + NumberText.perplexity(row.merged());
        return new Kpi(figure, "perplexity, " + row.set() + " text", figure.length() > 18);
    }

    private static Kpi divergence(Report report) {
        return report.fidelity()
                .map(fidelity -> new Kpi(NumberText.magnitude(fidelity.meanKl()), "mean KL to unmerged", false))
                .orElse(new Kpi(NOT_MEASURED, "mean KL to unmerged", true));
    }

    private static Kpi adapterTensors(Map<Outcome, Integer> ledger) {
        int all = ledger.values().stream().mapToInt(Integer::intValue).sum();
        if (all == 0) {
            return new Kpi("not known", "adapter tensors used", true);
        }
        int used = all - ledger.getOrDefault(Outcome.IGNORED, 0);
        return new Kpi(NumberText.count(used) + " / " + NumberText.count(all), "adapter tensors used", false);
    }

    private static Kpi time(Report report) {
        double seconds =
                report.stages().stream().mapToDouble(StageTiming::seconds).sum();
        return report.stages().isEmpty()
                ? new Kpi("not known", "time in all stages", true)
                : new Kpi(NumberText.seconds(seconds), "time in all stages", false);
    }
}
