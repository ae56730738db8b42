package dev.ingot.pipeline.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The look that the report and the registry's pages share: one style sheet, written into each page so that a page stands alone. */
public final class PageStyle {
    private static final String CSS = read();

    private PageStyle() {}

    /** The style sheet's text. */
    public static String css() {
        return CSS;
    }

    private static String read() {
        try (InputStream in = PageStyle.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("page.css is missing from Ingot's pipeline jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
