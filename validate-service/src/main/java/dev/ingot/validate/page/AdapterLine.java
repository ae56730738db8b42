package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Report.MergedAdapter;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the adapters of a run.
 *
 * @param heading {@code adapter}, with its place in the order and its weight where there are several, or one with a weight
 */
record AdapterLine(String heading, String location, String identity) {
    /** In the order in which they were applied. */
    static List<AdapterLine> of(Provenance provenance) {
        List<MergedAdapter> adapters = provenance.inOrder();
        List<AdapterLine> lines = new ArrayList<>();
        for (MergedAdapter adapter : adapters) {
            String number = adapters.size() == 1 ? "" : " " + (lines.size() + 1);
            lines.add(new AdapterLine("adapter" + number + weight(adapter), adapter.adapter(), adapter.identity()));
        }
        return lines;
    }

    private static String weight(MergedAdapter adapter) {
        return adapter.weight() == 1
                ? ""
                : ", weight " + new WeightedAdapter(adapter.adapter(), adapter.weight()).weightText();
    }
}
