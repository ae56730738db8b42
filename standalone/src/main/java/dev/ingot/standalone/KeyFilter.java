package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.names.NearestNames;
import dev.ingot.ingest.Explanation;
import dev.ingot.ingest.KeyStory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Tensors that a person asks for: by name, by the end of it, or by a pattern with {@code *} and {@code ?} for either. */
record KeyFilter(List<String> keys) {
    static KeyFilter of(List<String> keys) {
        return new KeyFilter(List.copyOf(keys));
    }

    /** Of each explanation the stories that were asked for, all where nothing was; RefusedInput {@code explain.unknown-key} where a key finds nothing in any. */
    List<List<KeyStory>> stories(List<Explanation> explanations) {
        List<List<KeyStory>> found = new ArrayList<>();
        for (Explanation explanation : explanations) {
            found.add(keys.isEmpty() ? explanation.stories() : asked(explanation.stories()));
        }
        Set<String> names = new TreeSet<>();
        explanations.forEach(explanation -> explanation.stories().forEach(story -> names.add(story.tensor())));
        keys.forEach(key -> requireKnown(key, names));
        return found;
    }

    /** In the order of the keys, none twice. */
    private List<KeyStory> asked(List<KeyStory> stories) {
        return keys.stream()
                .map(KeyFilter::matching)
                .flatMap(wanted -> stories.stream().filter(story -> wanted.test(story.tensor())))
                .distinct()
                .toList();
    }

    private static void requireKnown(String key, Set<String> names) {
        if (names.stream().noneMatch(matching(key))) {
            throw new RefusedInput(
                    "explain.unknown-key",
                    "Neither base nor adapter has a tensor whose name is, or ends in, %s.".formatted(key),
                    "say one of theirs, like " + String.join(" or ", NearestNames.of(key.replace("*", ""), names)));
        }
    }

    private static Predicate<String> matching(String key) {
        StringBuilder pattern = new StringBuilder("(?:.*\\.)?");
        for (char letter : key.toCharArray()) {
            switch (letter) {
                case '*' -> pattern.append(".*");
                case '?' -> pattern.append('.');
                default -> pattern.append(Pattern.quote(String.valueOf(letter)));
            }
        }
        return Pattern.compile(pattern.toString(), Pattern.DOTALL).asMatchPredicate();
    }
}
