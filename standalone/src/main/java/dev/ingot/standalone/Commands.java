package dev.ingot.standalone;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/**
 * The commands there are, in the order of the help. Reading one command's annotations takes some twenty milliseconds, and most command lines
 * need one of them: the others are left out.
 */
final class Commands {
    private static final Map<String, Class<?>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("demo", DemoCommand.class);
        ALL.put("merge", MergeCommand.class);
        ALL.put("validate", ValidateCommand.class);
        ALL.put("policy", PolicyCommand.class);
        ALL.put("explain", ExplainCommand.class);
        ALL.put("dequantize", DequantizeCommand.class);
        ALL.put("cache", CacheCommand.class);
        ALL.put("verify", VerifyCommand.class);
        ALL.put("rebuild", RebuildCommand.class);
        ALL.put("up", UpCommand.class);
        ALL.put("submit", SubmitCommand.class);
        ALL.put("status", StatusCommand.class);
        ALL.put("report", ReportCommand.class);
        ALL.put("models", ModelsCommand.class);
        ALL.put("pull", PullCommand.class);
        ALL.put("help", CommandLine.HelpCommand.class);
    }

    private Commands() {}

    /** Gives the root the command that these arguments name, or all of them where they name none (or ask for help on one). */
    static void add(CommandLine root, String... args) {
        Optional<String> named =
                Arrays.stream(args).filter(arg -> !arg.startsWith("-")).findFirst();
        if (named.isPresent() && ALL.containsKey(named.get()) && !named.get().equals("help")) {
            root.addSubcommand(named.get(), ALL.get(named.get()));
        } else {
            ALL.forEach(root::addSubcommand);
        }
        root.getSubcommands().values().forEach(CommonOptions::document);
    }
}
