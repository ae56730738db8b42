package dev.ingot.standalone.local;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.report.Report;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Summary;
import dev.ingot.standalone.terminal.Terminal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What a run put into its folder, and how it says so.
 *
 * @param model whether the checkpoint is there (and not the report alone)
 */
record Delivered(Report report, boolean model) {
    /** The summary: on stdout, or on stderr where stdout is for a document. */
    void print(Terminal terminal, Path out, ExitCode exit, double seconds, boolean document) {
        Consumer<String> lines = document ? terminal::say : terminal::result;
        OptionalLong peak = PeakMemory.bytes();
        String cost =
                Amounts.seconds(seconds) + (peak.isPresent() ? ", " + gigabytes(peak.getAsLong()) + " of memory" : "");
        terminal.say("");
        String page = out.resolve("report.html").toString();
        // the report knows the folder's name; as a path it can be run from here
        String name = quoted("./" + LocalRequest.folderName(out));
        Summary.of(report, cost, page).stream()
                .map(line -> line.replace(name, quoted(out.toString())))
                .forEach(lines);
        if (exit == ExitCode.REJECTED) {
            lines.accept("  "
                    + (model
                            ? "the checkpoint is in " + out + " although a gate refused it, as asked"
                            : "no checkpoint was written; --keep-refused delivers one all the same"));
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** One JSON document: the verdict, what it cost, and the whole report. */
    String json(Path out, ExitCode exit, double seconds) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("verdict", new JsonText(exit == ExitCode.DELIVERED ? "delivered" : "rejected"));
        members.put("exit", JsonNumber.of(exit.code()));
        members.put("out", new JsonText(out.toAbsolutePath().normalize().toString()));
        members.put("seconds", new JsonNumber(String.format(Locale.ROOT, "%.3f", seconds)));
        PeakMemory.bytes().ifPresent(bytes -> members.put("peakMemoryBytes", JsonNumber.of(bytes)));
        members.put("report", Json.parse(Documents.write(report), "the report"));
        return Json.write(new JsonObject(members));
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
