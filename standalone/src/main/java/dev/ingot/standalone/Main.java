package dev.ingot.standalone;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.standalone.terminal.Complaint;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import picocli.CommandLine;

/** The {@code ingot} command line. Plain picocli: Quarkus starts only inside the commands that need services. */
@QuarkusMain
public final class Main {
    private static final int STOPPED = 128 + 2;

    private Main() {}

    public static void main(String... args) {
        Terminal terminal = Terminal.ofProcess();
        ProcessLog.to(terminal.err(), isVerbose(args) ? Level.INFO : Level.WARNING);
        int code = run(terminal, args);
        terminal.out().flush();
        terminal.err().flush();
        System.exit(code);
    }

    /** Runs one command line and gives its exit code. */
    static int run(Terminal terminal, String... args) {
        CommandLine line = new CommandLine(new IngotCommand(), new CommandFactory(terminal));
        Commands.add(line, args);
        Words.in(line);
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.clamp(terminal.columns(), 100, 120))
                .setOut(writer(terminal.out()))
                .setErr(writer(terminal.err()))
                .setParameterExceptionHandler((e, arguments) -> misused(terminal, e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(terminal, e, args));
        if (!terminal.colored()) {
            line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        return line.execute(args);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static int misused(Terminal terminal, CommandLine.ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName(" ");
        String sentence = String.valueOf(e.getMessage());
        List<String> suggestions =
                e instanceof CommandLine.UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String remedy = suggestions.isEmpty()
                ? "see `" + command + " --help`"
                : "did you mean " + String.join(" or ", suggestions) + "? See `" + command + " --help`";
        new Complaint(ExitCode.USAGE, "command.line", sentence, remedy, "").print(terminal);
        return ExitCode.USAGE.code();
    }

    private static int failed(Terminal terminal, Exception e, String... args) {
        if (e instanceof InterruptedException) {
            // told to stop; the command has said what that means, and the signal decides the process's own code
            return STOPPED;
        }
        Complaint complaint = e instanceof CommandFailed failed ? failed.complaint() : Complaint.of(e);
        complaint.print(terminal);
        if (Arrays.asList(args).contains("--json")) {
            terminal.out().print(Json.write(complaint.json()));
        }
        return complaint.exit().code();
    }

    private static boolean isVerbose(String... args) {
        return Arrays.stream(args).anyMatch(arg -> arg.equals("-v") || arg.equals("--verbose"));
    }
}
