package dev.ingot.standalone;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The texts that models are measured on. */
final class EvaluationOptions {
    private static final Pattern NAMED = Pattern.compile("([a-z0-9][a-z0-9._-]{0,63})=(.+)");

    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(
            names = {"--eval", "--evaluation"},
            paramLabel = "[NAME=]FILE",
            description =
                    "Text of your domain to measure perplexity on: one passage per line; or .jsonl with text, prompt and completion, or"
                            + " messages (chats, written with the tokens that the tokenizer has for turns). With another NAME than domain, a"
                            + " further text. For ingot submit it may be an address that the services read (s3://…).")
    List<String> texts = List.of();

    @Option(
            names = "--eval-general",
            paramLabel = "FILE",
            description = "General text, to see what training cost elsewhere; instead of the bundled one.")
    String general;

    @Option(
            names = "--eval-field",
            paramLabel = "NAME",
            description = "The member of a .jsonl that counts, where it is another.")
    String field;

    /** Where those lie that were given, by the name of their set. ParameterException where two have the same name. */
    Map<String, String> sets() {
        Map<String, String> sets = new LinkedHashMap<>();
        if (general != null) {
            sets.put("general", general);
        }
        for (String text : texts) {
            Matcher named = NAMED.matcher(text);
            boolean isNamed = named.matches();
            String name = isNamed ? named.group(1) : "domain";
            if (sets.put(name, isNamed ? named.group(2) : text) != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "two evaluation texts are called '%s': give one of them another name, --eval NAME=FILE"
                                .formatted(name));
            }
        }
        return sets;
    }

    /** The member of JSON lines that counts, where one was named. */
    Optional<String> member() {
        return Optional.ofNullable(field);
    }
}
