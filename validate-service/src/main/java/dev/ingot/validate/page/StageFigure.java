package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.StageTiming;
import dev.ingot.validate.page.Svg.Anchor;
import java.util.List;
import java.util.stream.Collectors;

/** One bar per stage, as long as its time, with the bytes that went in and out. */
final class StageFigure {
    private StageFigure() {}

    /** The figure, or an empty string when there is no stage. */
    static String draw(List<StageTiming> stages, Width width) {
        if (stages.isEmpty()) {
            return "";
        }
        double longest = stages.stream()
                .mapToDouble(StageTiming::seconds)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        Svg svg = new Svg();
        double row = width == Width.WIDE ? 26 : 42;
        for (int i = 0; i < stages.size(); i++) {
            StageTiming stage = stages.get(i);
            double share = longest > 0 && stage.seconds() > 0 ? Math.min(stage.seconds() / longest, 1) : 0;
            if (width == Width.WIDE) {
                drawWide(svg, stage, share, i * row);
            } else {
                drawNarrow(svg, stage, share, i * row);
            }
        }
        return svg.finish(width, stages.size() * row + 4, label(stages));
    }

    /** What a screen reader says instead of the bars. */
    private static String label(List<StageTiming> stages) {
        return stages.stream()
                .map(stage ->
                        (stage.stage() + " " + NumberText.seconds(stage.seconds()) + " " + traffic(stage)).strip())
                .collect(Collectors.joining(", ", "Time and bytes per stage: ", ""));
    }

    private static void drawWide(Svg svg, StageTiming stage, double share, double top) {
        double length = Math.max(share * 330, 3);
        svg.text("label", 0, top + 17, Anchor.START, Shortened.to(12, stage.stage()));
        svg.bar(96, top + 6, length, 13, stage.note());
        svg.text("strong", 96 + length + 8, top + 17, Anchor.START, NumberText.seconds(stage.seconds()));
        svg.text("value", Width.WIDE.units(), top + 17, Anchor.END, traffic(stage));
    }

    private static void drawNarrow(Svg svg, StageTiming stage, double share, double top) {
        svg.text("label", 0, top + 14, Anchor.START, Shortened.to(12, stage.stage()));
        svg.text("strong", 72, top + 14, Anchor.START, NumberText.seconds(stage.seconds()));
        svg.text("value", Width.NARROW.units(), top + 14, Anchor.END, traffic(stage));
        svg.bar(0, top + 20, Math.max(share * Width.NARROW.units(), 3), 10, stage.note());
    }

    private static String traffic(StageTiming stage) {
        if (stage.bytesOut() == 0) {
            return stage.bytesIn() == 0 ? "" : NumberText.bytes(stage.bytesIn()) + " read";
        }
        String written = NumberText.bytes(stage.bytesOut());
        return stage.bytesIn() == 0 ? written + " written" : NumberText.bytes(stage.bytesIn()) + " → " + written;
    }
}
