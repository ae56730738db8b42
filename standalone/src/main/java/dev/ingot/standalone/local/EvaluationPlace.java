package dev.ingot.standalone.local;

import java.util.Optional;
import java.util.regex.Pattern;

/** Where an evaluation text lies, as a request says it. */
public final class EvaluationPlace {
    private static final Pattern LINES = Pattern.compile(".*[.](jsonl|ndjson)");

    private EvaluationPlace() {}

    /** The URI, with {@code #member} behind it where it names JSON lines of which one member counts. */
    public static String of(String uri, Optional<String> member) {
        return uri
                + member.filter(_ -> LINES.matcher(uri).matches())
                        .map(name -> "#" + name)
                        .orElse("");
    }
}
