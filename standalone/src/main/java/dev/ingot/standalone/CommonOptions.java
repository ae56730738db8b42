package dev.ingot.standalone;

import dev.ingot.standalone.terminal.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What every command understands. */
final class CommonOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(names = "--json", description = "Print one JSON document on stdout; progress stays on stderr.")
    boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log what happens inside, on stderr.")
    boolean verbose;

    /** Adds to a command's help what its exit codes mean, where it does not say so itself. */
    static void document(CommandLine command) {
        if (!command.getCommandSpec().usageMessage().exitCodeList().isEmpty()) {
            return;
        }
        Map<String, String> codes = new LinkedHashMap<>();
        for (ExitCode exit : ExitCode.values()) {
            codes.put(Integer.toString(exit.code()), exit.meaning());
        }
        command.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes);
    }
}
