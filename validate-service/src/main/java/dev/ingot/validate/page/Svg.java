package dev.ingot.validate.page;

import java.util.Locale;

/** An inline SVG under construction; all text is escaped here, colours come from the page's style by class. */
final class Svg {
    /** Where a text's x lies. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    private final StringBuilder body = new StringBuilder();

    /** A line from (x1, y1) to (x2, y2). */
    Svg line(String cssClass, double x1, double y1, double x2, double y2) {
        return raw(
                "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>",
                cssClass, at(x1), at(y1), at(x2), at(y2));
    }

    /** A circle with a tooltip. */
    Svg circle(String cssClass, double x, double y, double radius, String title) {
        return raw(
                "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"><title>%s</title></circle>",
                cssClass, at(x), at(y), at(radius), Escaped.html(title));
    }

    /** A bar with slightly rounded corners and a tooltip. */
    Svg bar(double x, double y, double width, double height, String title) {
        return raw(
                "<rect class=\"bar\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"2\"><title>%s</title></rect>",
                at(x), at(y), at(width), at(height), Escaped.html(title));
    }

    /** A cell of a heat map; {@code shade} from 0 to 1. */
    Svg cell(double x, double y, double width, double height, String shade) {
        return raw(
                "<rect class=\"cell\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" style=\"--v:%s\"/>",
                at(x), at(y), at(width), at(height), shade);
    }

    Svg text(String cssClass, double x, double y, Anchor anchor, String text) {
        return raw(
                "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>",
                cssClass, at(x), at(y), anchor.name().toLowerCase(Locale.ROOT), Escaped.html(text));
    }

    /** The finished element. {@code label} is what a screen reader says. */
    String finish(Width width, double height, String label) {
        return "<svg class=\"%s\" viewBox=\"0 0 %d %s\" role=\"img\" aria-label=\"%s\">%s</svg>"
                .formatted(width.cssClass(), width.units(), at(height), Escaped.html(label), body);
    }

    private Svg raw(String pattern, Object... arguments) {
        body.append(pattern.formatted(arguments));
        return this;
    }

    private static String at(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
