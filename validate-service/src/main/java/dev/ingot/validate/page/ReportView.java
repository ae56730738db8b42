package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.OutputFile;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the page's template prints: every figure as text, every picture drawn, every absence with its reason. */
record ReportView(
        Report report,
        String at,
        VerdictView verdict,
        List<Kpi> kpis,
        PerplexityView perplexity,
        FidelityView fidelity,
        List<GateView> gates,
        PolicyView policy,
        WeightsView weights,
        List<ComparedView> compared,
        List<HeatMap> maps,
        List<Line> ends,
        ModulesView modules,
        RoundingView rounding,
        TyingView tying,
        List<LedgerView> ledger,
        AccountingView accounting,
        List<AdapterLine> adapters,
        AttestedView attested,
        StagesView stages,
        List<FileView> files,
        String filesTotal,
        boolean filesHashed) {
    private static final DateTimeFormatter AT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Longest module name shown; real ones have some 60 characters. */
    private static final int NAME = 160;

    static ReportView of(Report report) {
        return new ReportView(
                report,
                AT.format(report.at()),
                VerdictView.of(report),
                Kpi.of(report),
                PerplexityView.of(report),
                FidelityView.of(report),
                report.gates().stream().map(GateView::of).toList(),
                PolicyView.of(report),
                WeightsView.of(report.weights()),
                Stream.of(ComparedView.mergeBase(report), ComparedView.incumbent(report))
                        .filter(compared -> !compared.sentence().isEmpty())
                        .toList(),
                HeatMap.of(report.modules(), ModuleEffect::effect),
                HeatMap.ends(report.modules()).stream().map(Line::of).toList(),
                ModulesView.of(report.modules()),
                RoundingView.of(report),
                TyingView.of(report.tying()),
                LedgerView.of(report),
                AccountingView.of(report.accounting()),
                AdapterLine.of(report.provenance()),
                AttestedView.of(report),
                StagesView.of(report.stages()),
                report.files().stream().map(FileView::of).toList(),
                NumberText.bytes(
                        report.files().stream().mapToLong(OutputFile::size).sum()),
                report.files().stream().anyMatch(file -> !file.digest().isEmpty()));
    }

    /** A name with its figure. */
    record Line(String name, String figure) {
        static Line of(ModuleEffect module) {
            return new Line(Shortened.to(NAME, module.module()), NumberText.ratio(module.effect()));
        }
    }

    /** A file of the checkpoint. */
    record FileView(String path, String size, String digest) {
        static FileView of(OutputFile file) {
            return new FileView(file.path(), NumberText.bytes(file.size()), file.digest());
        }
    }

    /** What rounding took; {@code worst} lists the modules that lost the largest share. */
    record RoundingView(boolean measured, String sentence, List<Line> worst) {
        private static final int SHOWN = 5;

        static RoundingView of(Report report) {
            if (report.modules().isEmpty()) {
                return new RoundingView(false, "", List.of());
            }
            List<Line> worst = report.modules().stream()
                    .filter(module -> module.lost() > 0)
                    .sorted(Comparator.comparingDouble(ModuleEffect::lost).reversed())
                    .limit(SHOWN)
                    .map(module -> new Line(Shortened.to(NAME, module.module()), NumberText.percent(module.lost())))
                    .toList();
            String took = "Rounding took "
                    + NumberText.percent(report.rounding().share()) + " of the adapter's effect." + ofAnswers(report);
            String advice = report.rounding().recommendation();
            return new RoundingView(
                    true, advice.isEmpty() ? took : took + " Output in " + advice + " would keep more of it.", worst);
        }

        private static String ofAnswers(Report report) {
            Double share = report.rounding().ofEffect();
            return share == null
                    ? ""
                    : " Of what the adapter does to the answers it took " + NumberText.percent(share) + ".";
        }
    }
}
