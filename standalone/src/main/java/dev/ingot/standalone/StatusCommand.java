package dev.ingot.standalone;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.RunRef;
import dev.ingot.standalone.client.Registry;
import dev.ingot.standalone.client.RunFollowing;
import dev.ingot.standalone.client.RunState;
import dev.ingot.standalone.client.RunState.StageState;
import dev.ingot.standalone.client.Runs;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Table;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says where runs stand. */
@Command(
        name = "status",
        header = {
            "Says where a run stands, or lists a team's newest runs.",
            "",
            "  ingot status                            the newest runs of the team",
            "  ingot status my-team/run-7 --follow     one run, until its verdict",
            ""
        },
        sortOptions = false)
final class StatusCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "RUN", description = "A run's name, or TEAM/NAME.")
    String run;

    @Option(
            names = {"-f", "--follow"},
            description = "Stay until the run is over; end with its verdict as exit code.")
    boolean follow;

    @Mixin
    ServerOptions server;

    @Mixin
    CommonOptions common;

    StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Registry registry = server.registry();
        Runs runs = new Runs(registry);
        if (run == null) {
            list(runs.newest(server.team));
            return ExitCode.DELIVERED.code();
        }
        RunRef ref = server.run(run);
        if (follow) {
            return conclude(terminal, RunFollowing.follow(terminal, runs, ref), common.json, registry);
        }
        show(runs.of(ref));
        return ExitCode.DELIVERED.code();
    }

    private void list(List<RunState> runs) {
        if (common.json) {
            terminal.out()
                    .print(Json.write(new JsonArray(runs.stream()
                            .map(state -> (JsonValue) state.document())
                            .toList())));
            return;
        }
        if (runs.isEmpty()) {
            terminal.say("team " + server.team + " has no runs yet; `ingot submit` hands one in");
            return;
        }
        Table table = new Table("run", "model", "state", "");
        runs.forEach(state -> table.row(state.run().toString(), state.model(), state.stateShown(), remark(state)));
        table.lines().forEach(terminal::result);
    }

    private void show(RunState state) {
        if (common.json) {
            terminal.out().print(Json.write(state.document()));
            return;
        }
        terminal.result(
                state.run() + ": " + state.stateShown() + (remark(state).isEmpty() ? "" : ", " + remark(state)));
        Table table = new Table("stage", "state", "tasks", "");
        for (StageState stage : state.stages()) {
            table.row(
                    stage.stage(),
                    stage.state(),
                    stage.total() == 0 ? "" : stage.done() + " of " + stage.total(),
                    stage.note());
        }
        table.lines().forEach(terminal::result);
        state.verdict().filter(ending -> !ending.isPublished()).ifPresent(this::why);
    }

    private void why(RunState.Ending ending) {
        terminal.result("");
        ending.sentence().lines().forEach(terminal::result);
        if (!ending.remedy().isEmpty()) {
            terminal.result("do      " + ending.remedy());
        }
    }

    private static String remark(RunState state) {
        return state.verdict()
                .map(ending -> ending.isPublished() ? "version " + ending.version() : ending.code())
                .orElse(state.waitsFor());
    }

    /** Says how a run ended that was followed, and gives its exit code. */
    static int conclude(Terminal terminal, RunState state, boolean json, Registry registry) {
        ExitCode exit = RunFollowing.exit(state);
        if (json) {
            terminal.out().print(Json.write(state.document()));
        }
        RunState.Ending ending = state.verdict().orElseThrow();
        if (!ending.isPublished()) {
            RunFollowing.complaint(state, ending).print(terminal);
            return exit.code();
        }
        terminal.say("published %s/%s version %d".formatted(state.run().team(), ending.model(), ending.version()));
        terminal.say("  report  "
                + registry.address("runs", state.run().team(), state.run().run()));
        terminal.say("  get it  ingot pull %s/%s ./%s".formatted(state.run().team(), ending.model(), ending.model()));
        return exit.code();
    }
}
