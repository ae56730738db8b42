package dev.ingot.standalone;

import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.policy.PolicyPlaces;
import dev.ingot.validate.policy.PolicyText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints or checks the limits that a checkpoint is held against. */
@Command(
        name = "policy",
        header = {
            "Prints the limits that a merged checkpoint is held against, with what each means, or checks a",
            "file of them.",
            "",
            "  ingot policy > policy.yaml",
            "  ingot policy policy.yaml",
            "  ingot merge --base ./llama-13b --adapter ./my-lora --out ./my-model --policy policy.yaml",
            ""
        },
        description = {
            "",
            "What is printed is a policy itself, YAML with the defaults. A team's own goes to --policy of merge",
            "and validate; for services, to teams/TEAM/policy.yaml in the store, or to TEAM.yaml (default.yaml",
            "for the other teams) in the folder that INGOT_VALIDATE_POLICIES names.",
            ""
        },
        sortOptions = false)
final class PolicyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "A policy to check: errors name the line and the key.")
    Path file;

    @Mixin
    CommonOptions common;

    PolicyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (file == null) {
            terminal.out().print(PolicyText.defaults());
        } else {
            new PolicyPlaces(Optional.of(file), Optional.empty()).alone(GatePolicy.publishing());
            terminal.result(file + " is a policy.");
        }
        return ExitCode.DELIVERED.code();
    }
}
