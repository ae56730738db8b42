package dev.ingot.standalone;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.standalone.client.RunFollowing;
import dev.ingot.standalone.client.RunState;
import dev.ingot.standalone.client.Runs;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Hands a run in, as a training job's hook does. */
@Command(
        name = "submit",
        header = {
            "Hands a finished training run in; the services merge, check and publish it.",
            "",
            "  ingot submit --model support-bot --base s3://models/llama-13b-nf4 \\",
            "               --adapter s3://runs/42/adapter --trained-on stored --wait",
            "  ingot submit --model support-bot --base s3://models/llama-13b \\",
            "               --adapter s3://runs/42/outputs --checkpoint best --trained-on stored",
            "  ingot submit --model support-bot --base s3://models/llama-13b \\",
            "               --adapter s3://runs/42/adapters#style --trained-on stored",
            "  ingot submit --model support-bot --base s3://models/llama-13b-nf4 \\",
            "               --adapter s3://runs/42/adapter --trained-on stored \\",
            "               --merge-base measured --original-base s3://models/llama-13b",
            ""
        },
        description = {
            "",
            "Without --wait it returns at once; `ingot status RUN --follow` shows how it",
            "goes on. Every member of the API's request has an option here. Limits are none",
            "of them: the team's policy counts, which stands with the services",
            "(`ingot policy --help`).",
            ""
        },
        sortOptions = false)
final class SubmitCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "NAME",
            description = "Name under which the result is published.")
    String model;

    @Option(
            names = "--base",
            paramLabel = "URI",
            description =
                    "s3://…, hf://org/name[@revision], file:///… or a folder that the services see as well; org/name[@revision] that is no folder"
                            + " here means hf://org/name. Default: the one on the hub that the adapter names, where the installation allows the"
                            + " team to leave it out.")
    String base;

    @Mixin
    TrainedOptions trained;

    @Mixin
    MergeBaseOptions mergeBase;

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description = "Name of the run: sent twice, it is made once. Default: made up.")
    String run;

    @Mixin
    OutputOptions output;

    @Option(
            names = "--validate",
            paramLabel = "LEVEL",
            description =
                    "full, smoke or structure. An installation publishes only what it measured, and structure measures nothing of what"
                            + " the model says: it ends in a refusal, unless INGOT_VALIDATE_PUBLISH_UNMEASURED=true is set there. Default: full.")
    ValidationLevel validate;

    @Mixin
    EvaluationOptions evaluation;

    @Mixin
    OverrideOptions overriding;

    @Mixin
    ShardSizeOption shardSize;

    @Option(names = "--wait", description = "Show how it goes on; end with its verdict as exit code.")
    boolean wait;

    @Mixin
    ServerOptions server;

    @Mixin
    CommonOptions common;

    SubmitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Runs runs = new Runs(server.registry());
        RunState state = runs.submit(server.team, request());
        if (validate == ValidationLevel.STRUCTURE || validate == ValidationLevel.OFF) {
            terminal.say("note: --validate " + Words.of(validate)
                    + " does not measure the model, and an installation refuses to publish what was not measured, unless"
                    + " INGOT_VALIDATE_PUBLISH_UNMEASURED=true is set there; --validate smoke is enough");
        }
        if (!wait) {
            if (common.json) {
                terminal.out().print(Json.write(state.document()));
            } else {
                terminal.say("accepted; follow it with `ingot status " + state.run() + " --follow`");
                terminal.result(state.run().toString());
            }
            return ExitCode.DELIVERED.code();
        }
        return StatusCommand.conclude(
                terminal, RunFollowing.follow(terminal, runs, state.run()), common.json, server.registry());
    }

    JsonObject request() throws IOException {
        trained.seen.requireSaid();
        return new SubmittedRun(terminal::say)
                .name("run", run)
                .name("model", model)
                .trained(trained.on(base))
                .mergeBase(mergeBase)
                .word("dtype", output.dtype, OutputDType.AUTO)
                .word("tie", output.tie, TiePolicy.AUTO)
                .word("validate", validate, ValidationLevel.FULL)
                .shardSize(shardSize.require())
                .evaluation(evaluation)
                .overrides(overriding.asked())
                .name("submittedBy", System.getProperty("user.name", ""))
                .document();
    }
}
