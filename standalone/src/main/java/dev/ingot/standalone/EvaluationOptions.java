package dev.ingot.standalone;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The texts that models are measured on. */
final class EvaluationOptions {
    @Option(
            names = {"--eval", "--evaluation"},
            paramLabel = "FILE",
            description = "Text of your domain, one passage per line, to measure perplexity on.")
    Path evaluation;

    @Option(
            names = "--eval-general",
            paramLabel = "FILE",
            description = "General text, to see what training cost elsewhere.")
    Path general;

    /** Those that were given, by the name of their set. */
    Map<String, Path> sets() {
        Map<String, Path> sets = new LinkedHashMap<>();
        if (general != null) {
            sets.put("general", general);
        }
        if (evaluation != null) {
            sets.put("domain", evaluation);
        }
        return sets;
    }
}
