package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import java.util.List;

/**
 * The banner at the top: what happened, in a sentence.
 *
 * @param cssClass green, amber (delivered, though something could not be measured) or red
 * @param headline first sentence of the verdict
 * @param rest of the verdict, or empty
 * @param failed gates that kept it back
 */
record VerdictView(String cssClass, String headline, String rest, String knowFirst, List<GateView> failed) {
    static VerdictView of(Report report) {
        int end = endOfFirstSentence(report.verdict());
        return new VerdictView(
                cssClass(report),
                report.verdict().substring(0, end),
                report.verdict().substring(end).strip(),
                report.knowFirst(),
                report.delivered() ? List.of() : closed(report.gates()));
    }

    /** Gates that failed; where none did, those that would have had to be measured. */
    private static List<GateView> closed(List<Gate> gates) {
        State reason =
                gates.stream().anyMatch(gate -> gate.state() == State.FAILED) ? State.FAILED : State.NOT_MEASURED;
        return gates.stream()
                .filter(gate -> gate.state() == reason)
                .map(GateView::of)
                .toList();
    }

    private static String cssClass(Report report) {
        if (!report.delivered()) {
            return "bad";
        }
        boolean doubtful = report.fidelity().isEmpty()
                || report.gates().stream()
                        .anyMatch(gate -> gate.state() == State.NOT_MEASURED || gate.state() == State.OVERRIDDEN);
        return doubtful ? "warn" : "ok";
    }

    private static int endOfFirstSentence(String text) {
        for (String end : new String[] {". ", ": ", "; "}) {
            int at = text.indexOf(end);
            if (at >= 0) {
                return at + 1;
            }
        }
        return text.length();
    }
}
