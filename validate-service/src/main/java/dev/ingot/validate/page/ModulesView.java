package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.ModuleEffect.Flag;
import java.util.Comparator;
import java.util.List;

/**
 * Every changed module in a table: flagged ones first, then as the model has them.
 *
 * @param more how many the report has beyond the {@value #SHOWN} that are shown
 */
record ModulesView(List<Row> rows, int more, List<HeatMap> lost) {
    private static final int SHOWN = 500;
    private static final int NAME = 160;

    static ModulesView of(List<ModuleEffect> modules) {
        List<Row> rows = modules.stream()
                .sorted(Comparator.comparing(module -> module.flag() == Flag.NONE))
                .limit(SHOWN)
                .map(Row::of)
                .toList();
        boolean rounded = modules.stream().anyMatch(module -> module.lost() > 0);
        return new ModulesView(
                rows, modules.size() - rows.size(), rounded ? HeatMap.of(modules, ModuleEffect::lost) : List.of());
    }

    /** One module. */
    record Row(String module, String effect, String lost, String flag) {
        static Row of(ModuleEffect module) {
            return new Row(
                    Shortened.to(NAME, module.module()),
                    NumberText.ratio(module.effect()),
                    NumberText.percent(module.lost()),
                    text(module.flag()));
        }

        private static String text(Flag flag) {
            return switch (flag) {
                case NONE -> "";
                case NEAR_NO_OP -> "next to nothing";
                case SUSPICIOUSLY_LARGE -> "very large";
            };
        }
    }
}
