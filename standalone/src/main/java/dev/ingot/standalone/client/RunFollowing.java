package dev.ingot.standalone.client;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.standalone.client.RunState.Ending;
import dev.ingot.standalone.client.RunState.StageState;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.Complaint;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.Arrays;

/** Shows a run of an installation until it is over. */
public final class RunFollowing {
    private RunFollowing() {}

    public static RunState follow(Terminal terminal, Runs runs, RunRef run) throws IOException, InterruptedException {
        try (ProgressBoard board = new ProgressBoard(
                terminal, Arrays.stream(StageName.values()).map(StageName::id).toList())) {
            return runs.follow(run, state -> state.stages().forEach(stage -> show(board, stage)));
        }
    }

    private static void show(ProgressBoard board, StageState stage) {
        switch (stage.state()) {
            case "running" ->
                board.at(stage.stage(), 0, Math.round(stage.share() * 100), 100, ProgressBoard.PERCENT, stage.note());
            case "done" -> board.ended(stage.stage(), done(stage));
            default -> {
                // waiting, or stopped: nothing to show
            }
        }
    }

    private static String done(StageState stage) {
        if (stage.stage().equals(StageName.INGEST.id())) {
            return "planned, every tensor accounted for";
        }
        return stage.stage().equals(StageName.VALIDATE.id()) ? stage.note() : Amounts.count(stage.total(), "shard");
    }

    /** 0 for a published run; the kind of its refusal for a rejected one; 0 also for one that is not over. */
    public static ExitCode exit(RunState state) {
        return state.verdict()
                .map(ending -> ending.isPublished()
                        ? ExitCode.DELIVERED
                        : ending.stage().equals(StageName.VALIDATE.id()) ? ExitCode.REJECTED : ExitCode.REFUSED)
                .orElse(ExitCode.DELIVERED);
    }

    public static Complaint complaint(RunState state, Ending ending) {
        return new Complaint(exit(state), ending.code(), ending.sentence(), ending.remedy(), "nothing was published");
    }
}
