package dev.ingot.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Engines that cannot serve a family once its embeddings are untied: the table {@code untied-serving.tsv}. */
final class UntiedServing {
    private static final String TABLE = "untied-serving.tsv";
    private static final List<Row> ROWS = read();

    private UntiedServing() {}

    /** A line of the table. */
    private record Row(String modelType, String engine, String what) {
        static Row parse(String line) {
            String[] fields = line.split("\t", -1);
            if (fields.length != 3) {
                throw new IllegalStateException("%s: expected three fields, found '%s'".formatted(TABLE, line));
            }
            return new Row(fields[0], fields[1], fields[2]);
        }
    }

    /** One sentence per engine that has a problem with an untied model of this type. */
    static List<String> warnings(String modelType) {
        return ROWS.stream()
                .filter(row -> row.modelType().equals(modelType))
                .map(row -> row.engine() + " " + row.what() + ".")
                .toList();
    }

    private static List<Row> read() {
        try (InputStream table = Objects.requireNonNull(UntiedServing.class.getResourceAsStream(TABLE), TABLE)) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Row::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
