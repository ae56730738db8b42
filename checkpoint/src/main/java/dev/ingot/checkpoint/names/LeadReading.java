package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.names.KeyPlaces.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one beginning, stripped from all keys, leads to.
 *
 * @param lead what is stripped, with the dot behind it; empty for nothing
 * @param found places by raw key
 * @param missing how many keys have none
 */
record LeadReading(String lead, LanguagePrefix prefix, Map<String, Found> found, int missing) {
    private static final String PEFT = "base_model.model.";

    boolean isComplete() {
        return missing == 0;
    }

    /** How many parameters of the base it leads to. */
    int hits() {
        return (int) found.values().stream().map(Found::parameter).distinct().count();
    }

    /** The places alone, by raw key. */
    Map<String, String> places() {
        return found.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().key().module() + " "
                                + entry.getValue().parameter()));
    }

    /** How many names lack the body's prefix, or have it once more than the model: a sign that a wrapper was not taken off, or too much. */
    int repairs() {
        return (int) found.values().stream()
                .filter(place -> place.rules().stream().anyMatch(ParameterNames::isRepair))
                .count();
    }

    /** Whether it ends where PEFT wraps the model, so that what is left is the path in the trained model. */
    boolean endsInPeft() {
        return endsInPeft(lead);
    }

    static boolean endsInPeft(String lead) {
        return lead.endsWith(PEFT);
    }

    /** What it did to each key; PEFT's own prefix is not worth a word. */
    List<String> rules() {
        List<String> rules = new ArrayList<>();
        if (!lead.isEmpty() && !lead.equals(PEFT)) {
            rules.add(lead + " stripped");
        }
        if (!prefix.equals(LanguagePrefix.NONE)) {
            rules.add(prefix.text());
        }
        return rules;
    }

    /** For people. */
    String text() {
        String stripped = lead.isEmpty() ? "as they stand" : "without " + lead;
        return prefix.equals(LanguagePrefix.NONE) ? stripped : stripped + " (" + prefix.text() + ")";
    }
}
