package dev.ingot.standalone.whole;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.standalone.client.RunState;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of one of the demo's runs.
 *
 * @param folder with the published files
 */
record DemoResult(String adapter, RunState run, Report report, Path folder) {

    /** The table of perplexities, then what to know of each run. */
    static List<String> lines(List<DemoResult> results) {
        Table table = new Table("perplexity", "text", "base", "base + adapter, unmerged", "merged, reloaded");
        for (DemoResult result : results) {
            String name = result.adapter;
            for (Perplexity set : result.report.perplexities()) {
                table.row(
                        name,
                        set.set(),
                        Amounts.perplexity(set.base()),
                        Amounts.perplexity(set.unmerged()),
                        Amounts.perplexity(set.merged()));
                name = "";
            }
        }
        List<String> lines = new ArrayList<>(table.lines());
        for (DemoResult result : results) {
            lines.add("");
            lines.addAll(result.facts());
        }
        return lines;
    }

    private List<String> facts() {
        List<String> lines = new ArrayList<>();
        lines.add(adapter + ": " + report.verdict());
        lines.add("  tied       " + report.tying().reason());
        report.stages().stream()
                .filter(stage -> stage.stage().equals(StageName.DEQUANT.id()))
                .filter(stage -> !stage.note().isEmpty())
                .forEach(stage -> lines.add("  dequant    " + stage.note()));
        run.verdict()
                .ifPresent(ending -> lines.add(
                        "  published  %s/%s version %d".formatted(run.run().team(), ending.model(), ending.version())));
        lines.add("  load it    AutoModelForCausalLM.from_pretrained(\"" + folder + "\")");
        return lines;
    }

    static JsonValue json(List<DemoResult> results) {
        return new JsonArray(results.stream().map(DemoResult::json).toList());
    }

    private JsonValue json() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("run", new JsonText(run.run().toString()));
        run.verdict().ifPresent(ending -> {
            members.put("model", new JsonText(ending.model()));
            members.put("version", JsonNumber.of(ending.version()));
        });
        members.put("folder", new JsonText(folder.toString()));
        members.put("report", Json.parse(Documents.write(report), "the report"));
        return new JsonObject(members);
    }
}
