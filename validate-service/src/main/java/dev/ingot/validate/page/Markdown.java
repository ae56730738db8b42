package dev.ingot.validate.page;

import java.util.List;
import java.util.stream.Collectors;

/** Text from outside as it may stand in a Markdown page with YAML front matter. */
final class Markdown {
    private static final String SPECIAL = "\\`*_{}[]<>#|~!&$";

    private Markdown() {}

    /** One line of running text or a table cell; nothing in it is markup. */
    static String text(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        oneLine(text).codePoints().forEach(point -> {
            if (SPECIAL.indexOf(point) >= 0) {
                out.append('\\');
            }
            out.appendCodePoint(point);
        });
        return out.toString();
    }

    /** A name in code type; one that holds Markdown's own marks is written as text instead. */
    static String code(String name) {
        String line = oneLine(name);
        return line.isEmpty() || line.indexOf('`') >= 0 || line.indexOf('|') >= 0 ? text(line) : "`" + line + "`";
    }

    /** A block of code, fenced by more backticks than any line of it holds. */
    static String block(List<String> lines) {
        String body = lines.stream().map(Markdown::oneLine).collect(Collectors.joining("\n"));
        String fence = "```";
        while (body.contains(fence)) {
            fence += "`";
        }
        return fence + "\n" + body + "\n" + fence + "\n";
    }

    /** A double-quoted YAML scalar; one that shows it as it stands shows no markup either. */
    static String yaml(String value) {
        return '"' + oneLine(value).replace("\\", "\\\\").replace("\"", "\\\"").replace("<", "\\u003c") + '"';
    }

    private static String oneLine(String text) {
        return Escaped.visible(text.replace('\n', ' ').replace('\t', ' ')).strip();
    }
}
