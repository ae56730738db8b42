package dev.ingot.standalone;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.standalone.client.Models;
import dev.ingot.standalone.client.Models.Model;
import dev.ingot.standalone.client.Models.Version;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Table;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists what was published. */
@Command(
        name = "models",
        header = {
            "Lists published models with their versions and aliases.",
            "",
            "  ingot models",
            "  ingot models --json | jq '.[].model'",
            ""
        },
        sortOptions = false)
final class ModelsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    ServerOptions server;

    @Mixin
    CommonOptions common;

    ModelsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Models models = new Models(server.registry());
        if (common.json) {
            terminal.out()
                    .print(Json.write(new JsonArray(models.documents().stream()
                            .map(JsonValue.class::cast)
                            .toList())));
            return ExitCode.DELIVERED.code();
        }
        List<Model> all = models.all();
        if (all.isEmpty()) {
            terminal.say("nothing is published yet; `ingot submit` hands a run in");
            return ExitCode.DELIVERED.code();
        }
        Table table = new Table("model", "version", "size", "published", "aliases");
        for (Model model : all) {
            for (Version version : model.versions()) {
                table.row(
                        model.team() + "/" + model.name(),
                        Long.toString(version.number()),
                        Amounts.bytes(version.size()),
                        version.publishedAt().replaceFirst("\\..*Z|Z", "").replace('T', ' '),
                        aliases(model, version));
            }
        }
        table.lines().forEach(terminal::result);
        return ExitCode.DELIVERED.code();
    }

    private static String aliases(Model model, Version version) {
        return model.aliases().entrySet().stream()
                .filter(alias -> alias.getValue() == version.number())
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
