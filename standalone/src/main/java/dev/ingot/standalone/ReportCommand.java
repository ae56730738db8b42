package dev.ingot.standalone;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.report.Report;
import dev.ingot.standalone.client.Registry;
import dev.ingot.standalone.client.Runs;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Summary;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what validate found about a run. */
@Command(
        name = "report",
        header = {
            "Shows what was found about a run: perplexities, fidelity, gates, tying.",
            "",
            "  ingot report my-team/run-7",
            "  ingot report my-team/run-7 --json > report.json",
            ""
        },
        sortOptions = false)
final class ReportCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "RUN", description = "A run's name, or TEAM/NAME.")
    String run;

    @Mixin
    ServerOptions server;

    @Mixin
    CommonOptions common;

    ReportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Registry registry = server.registry();
        RunRef ref = server.run(run);
        Report report = new Runs(registry).report(ref);
        if (common.json) {
            terminal.out().print(Json.write(Json.parse(Documents.write(report), "the report")));
        } else {
            String page = registry.address("runs", ref.team(), ref.run()).toString();
            Summary.of(report, "", page).forEach(terminal::result);
        }
        return ExitCode.DELIVERED.code();
    }
}
