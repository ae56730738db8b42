package dev.ingot.validate.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.HistogramBin;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KlFigureTest {
    private static final Pattern BAR =
            Pattern.compile("<rect class=\"bar\" x=\"([\\d.]+)\" y=\"[\\d.]+\" width=\"([\\d.]+)\"");
    private static final Pattern GATE = Pattern.compile("<line class=\"gate\" x1=\"([\\d.]+)\"");

    @Test
    void barsAreOneBinWideHoweverFarApartTheyAre() {
        List<HistogramBin> bins = List.of(new HistogramBin(-12, 2), new HistogramBin(-6, 8370));
        Fidelity fidelity = new Fidelity(8372, 1e-6, 2.8e-6, 1, 0.1, 0.1, bins);
        String svg = KlFigure.draw(fidelity, OptionalDouble.of(4.3e-3), Width.WIDE);

        Matcher bar = BAR.matcher(svg);
        double end = 0;
        int bars = 0;
        for (; bar.find(); bars++) {
            end = Double.parseDouble(bar.group(1)) + Double.parseDouble(bar.group(2));
        }
        assertEquals(2, bars, svg);
        Matcher gate = GATE.matcher(svg);
        assertTrue(gate.find(), svg);
        assertTrue(end < Double.parseDouble(gate.group(1)), "no token is beyond the gate: " + svg);
        assertTrue(svg.contains(">1e-2<") || svg.contains(">1e-3<"), svg);
        assertTrue(!svg.contains(">1e0<") && !svg.contains(">1e8<"), "the axis ends behind the gate: " + svg);
    }
}
