package dev.ingot.standalone.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells under a heading: the first column to the left, numbers to the right. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... heading) {
        rows.add(List.of(heading));
    }

    /** Adds a row; it has as many cells as the heading. */
    public Table row(String... cells) {
        if (cells.length != rows.getFirst().size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells under " + rows.getFirst().size() + " headings");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The heading and the rows as lines, each indented by two. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ");
            for (int column = 0; column < row.size(); column++) {
                String space = " ".repeat(width(column) - row.get(column).length());
                line.append(column == 0 ? " " : "   ");
                line.append(isNumeric(column) ? space + row.get(column) : row.get(column) + space);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    /** A column whose cells under the heading all start with a digit, a dash or nothing. */
    private boolean isNumeric(int column) {
        return column > 0
                && rows.stream().skip(1).map(row -> row.get(column)).allMatch(cell -> cell.matches("(?s)[0-9–].*|"));
    }
}
