package dev.ingot.validate.page;

import dev.ingot.pipeline.report.PageStyle;
import dev.ingot.pipeline.report.Report;
import io.quarkus.qute.Engine;
import io.quarkus.qute.Expression;
import io.quarkus.qute.RawString;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.ResultMapper;
import io.quarkus.qute.Template;
import io.quarkus.qute.TemplateNode.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A report as one HTML file that needs no network: {@code report.html}. Thread-safe. */
public final class ReportPage {
    private final Template template;

    public ReportPage() {
        Engine engine = Engine.builder()
                .addDefaults()
                .addValueResolver(new ReflectionValueResolver())
                .addResultMapper(new EscapingMapper())
                .build();
        this.template = engine.parse(read("report.html"));
    }

    /** The page; the same report gives the same text. */
    public String render(Report report) {
        return template.data("css", new RawString(PageStyle.css()))
                .data("page", ReportView.of(report))
                .render();
    }

    private static String read(String resource) {
        try (InputStream in = ReportPage.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from Ingot's validate jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Escapes whatever a template prints unless Ingot itself made it as markup. */
    private static final class EscapingMapper implements ResultMapper {
        @Override
        public boolean appliesTo(Origin origin, Object result) {
            return !(result instanceof RawString);
        }

        @Override
        public String map(Object result, Expression expression) {
            return Escaped.html(result.toString());
        }
    }
}
