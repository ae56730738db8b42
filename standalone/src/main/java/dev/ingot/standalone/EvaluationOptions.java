package dev.ingot.standalone;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The texts that models are measured on. */
final class EvaluationOptions {
    @Option(
            names = {"--eval", "--evaluation"},
            paramLabel = "FILE",
            description =
                    "Text of your domain to measure perplexity on: one passage per line; or .jsonl with text, prompt and completion, or"
                            + " messages (chats, written with the tokens that the tokenizer has for turns).")
    Path evaluation;

    @Option(
            names = "--eval-general",
            paramLabel = "FILE",
            description = "General text, to see what training cost elsewhere.")
    Path general;

    @Option(
            names = "--eval-field",
            paramLabel = "NAME",
            description = "The member of a .jsonl that counts, where it is another.")
    String field;

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

    /** The member of JSON lines that counts, where one was named. */
    Optional<String> member() {
        return Optional.ofNullable(field);
    }
}
