package dev.ingot.standalone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line's root: without a command it shows what there is. Its commands stand in {@link Commands}. */
@Command(
        name = "ingot",
        header = {
            "Takes a finished LoRA or QLoRA run (a base and an adapter) and hands back a checked checkpoint.",
            "",
            "  ingot demo                                                  see it work on a bundled run",
            "  ingot merge --base ./base --adapter ./lora --out ./model    merge your own, in one process",
            "  ingot validate --base … --adapter … --merged ./model        is it the trained model?",
            "  ingot dequantize --base ./base --out ./model                the base alone, in 16 bit",
            "  ingot up                                                    all services, pages on :8080",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "'ingot COMMAND --help' shows an example of each, its options and its exit codes.",
            "In a clone, './ingot build' builds and './ingot test' runs all tests."
        },
        versionProvider = Version.class)
final class IngotCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version of Ingot and of Java.")
    boolean version;

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
