package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.StageTiming;
import io.quarkus.qute.RawString;
import java.util.List;

/** Time and bytes per stage, as a picture and with what a stage wants to say. */
record StagesView(RawString wide, RawString narrow, List<Note> notes) {
    /** What a stage wants a person to know. */
    record Note(String stage, String text) {}

    static StagesView of(List<StageTiming> stages) {
        return new StagesView(
                new RawString(StageFigure.draw(stages, Width.WIDE)),
                new RawString(StageFigure.draw(stages, Width.NARROW)),
                stages.stream()
                        .filter(stage -> !stage.note().isBlank())
                        .map(stage -> new Note(stage.stage(), stage.note() + rate(stage)))
                        .toList());
    }

    private static String rate(StageTiming stage) {
        long rate = stage.seconds() > 0 ? (long) (stage.bytesOut() / stage.seconds()) : 0;
        return rate > 1_000_000 ? ", " + NumberText.bytes(rate) + "/s" : "";
    }
}
