package dev.ingot.pipeline.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The JSON Schema (2020-12) of {@code report.json}, as it is published: beside reports on disk, and by the registry. */
public final class ReportSchema {
    /** Its name beside a report. */
    public static final String FILE = "report.schema.json";

    private ReportSchema() {}

    /** The schema, UTF-8. */
    public static byte[] bytes() {
        try (InputStream in = ReportSchema.class.getResourceAsStream("/schema/report.v1.json")) {
            if (in == null) {
                throw new IllegalStateException("schema/report.v1.json is missing from Ingot's pipeline jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
