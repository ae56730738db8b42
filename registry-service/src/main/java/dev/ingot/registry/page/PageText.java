package dev.ingot.registry.page;

import dev.ingot.pipeline.report.NumberText;
import io.quarkus.qute.TemplateExtension;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How times and figures read on the registry's pages: {@code {text:at(run.submittedAt)}}. */
@TemplateExtension(namespace = "text")
final class PageText {
    private static final DateTimeFormatter AT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private PageText() {}

    static String at(Instant at) {
        return AT.format(at);
    }

    static String bytes(long size) {
        return NumberText.bytes(size);
    }

    static String perplexity(double value) {
        return NumberText.perplexity(value);
    }
}
