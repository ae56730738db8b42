package dev.ingot.validate.page;

import dev.ingot.validate.page.HeatMap.Cell;
import dev.ingot.validate.page.HeatMap.Row;
import dev.ingot.validate.page.Svg.Anchor;
import java.util.List;

/** A heat map of many layers as one picture: layers run from left to right, projections from top to bottom. */
final class HeatFigure {
    private static final double CELL = 20;
    private static final int NAME = 14;

    private final HeatMap map;
    private final Width width;
    private final double left;
    private final double step;

    private HeatFigure(HeatMap map, Width width) {
        this.map = map;
        this.width = width;
        int longest = map.columns().stream().mapToInt(String::length).max().orElse(0);
        this.left = 12 + Math.min(longest, NAME) * 6.8;
        this.step = (width.units() - left) / map.rows().size();
    }

    /** The figure; its label is what a screen reader says. */
    static String draw(HeatMap map, Width width) {
        return new HeatFigure(map, width).draw();
    }

    private String draw() {
        Svg svg = new Svg();
        List<String> columns = map.columns();
        for (int i = 0; i < columns.size(); i++) {
            svg.text("tick", left - 8, i * CELL + 14, Anchor.END, Shortened.to(NAME, columns.get(i)));
        }
        double gap = step > 5 ? 1 : 0;
        for (int at = 0; at < map.rows().size(); at++) {
            List<Cell> cells = map.rows().get(at).cells();
            for (int i = 0; i < cells.size(); i++) {
                if (cells.get(i).present()) {
                    svg.cell(
                            left + at * step,
                            i * CELL,
                            step - gap,
                            CELL - 1,
                            cells.get(i).shade());
                }
            }
        }
        double floor = columns.size() * CELL;
        drawLayers(svg, floor);
        return svg.finish(width, floor + 20, label());
    }

    private void drawLayers(Svg svg, double floor) {
        List<Row> rows = map.rows();
        int every = Math.max(1, (int) Math.ceil(34 / step / 5)) * 5;
        for (int at = 0; at < rows.size(); at++) {
            if (rows.get(at).layer() % every == 0) {
                svg.text(
                        "tick",
                        left + (at + 0.5) * step,
                        floor + 15,
                        Anchor.MIDDLE,
                        String.valueOf(rows.get(at).layer()));
            }
        }
    }

    private String label() {
        return "Heat map of %s: %d layers from left to right, %s from top to bottom; the darkest cell is %s"
                .formatted(map.stack(), map.rows().size(), String.join(", ", map.columns()), map.top());
    }
}
