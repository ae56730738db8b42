package dev.ingot.checkpoint.names;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One rule by which transformers 5 turns a name on disk into a name in memory.
 *
 * @param find regular expression with one group {@code g0}, {@code g1}, … per source
 * @param to what takes the match's place; <code>\1</code> is the first group inside the source that matched
 * @param values what happens to the values too; empty for a rule that only renames
 * @param guarded whether it pairs sources with targets, and counts only where a name is there that its first source matches
 * @param offset what is added to the number in <code>\1</code>
 * @param text for people: what is looked for and what takes its place
 */
record RenameRule(Pattern find, List<String> to, List<String> values, boolean guarded, int offset, String text) {
    RenameRule {
        to = List.copyOf(to);
        values = List.copyOf(values);
    }

    /** Whether it changes names and nothing else. */
    boolean isRenaming() {
        return values.isEmpty();
    }

    /** What becomes of a name; empty where the rule does not match it. The first literal occurrence of the match is replaced, as transformers does it. */
    Optional<String> apply(String name) {
        Matcher matcher = find.matcher(name);
        if (!matcher.find()) {
            return Optional.empty();
        }
        Map<String, Integer> groups = find.namedGroups();
        OptionalInt source = source(matcher, groups);
        return Optional.of(replaced(name, matcher, source, to.get(guarded ? source.orElse(0) : 0)));
    }

    /** What a rule that cuts a tensor into blocks of rows, or puts such blocks together, does to a name; empty for any other rule. */
    Optional<RowCut> cut(String name) {
        boolean cuts = values.equals(List.of("Chunk")) && to.size() > 1;
        boolean joins = values.equals(List.of("Concatenate")) && to.size() == 1;
        Matcher matcher = find.matcher(name);
        if (guarded || !cuts && !joins || !matcher.find()) {
            return Optional.empty();
        }
        Map<String, Integer> groups = find.namedGroups();
        OptionalInt source = source(matcher, groups);
        List<String> names =
                to.stream().map(text -> replaced(name, matcher, source, text)).toList();
        return Optional.of(new RowCut(names, source.orElse(0), groups.size())).filter(cut -> cuts == cut.cuts());
    }

    private String replaced(String name, Matcher matcher, OptionalInt source, String to) {
        String text = to;
        if (text.contains("\\1")) {
            String inner = matcher.group(find.namedGroups().get("g" + source.orElse(0)) + 1);
            text = text.replace("\\1", offset == 0 ? inner : Long.toString(Long.parseLong(inner) + offset));
        }
        String matched = matcher.group();
        int at = name.indexOf(matched);
        return name.substring(0, at) + text + name.substring(at + matched.length());
    }

    /** Whether a name is what a guarded rule waits for. */
    boolean isGuard(String name) {
        Matcher matcher = find.matcher(name);
        return matcher.find() && source(matcher, find.namedGroups()).orElse(-1) == 0;
    }

    private static OptionalInt source(Matcher matcher, Map<String, Integer> groups) {
        for (int i = 0; groups.containsKey("g" + i); i++) {
            if (matcher.group(groups.get("g" + i)) != null) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    static String text(Pattern find, List<String> to) {
        String sources = find.pattern().replaceAll("\\(\\?<g\\d+>", "(").replace("(?!\\w)", "");
        String trimmed =
                sources.contains("|") || !sources.endsWith(")") ? sources : sources.substring(1, sources.length() - 1);
        return trimmed + " => " + String.join(" + ", to);
    }
}
