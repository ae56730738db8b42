package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.KnownMembers;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Members of adapter_config.json that PEFT does not know: of a newer release, of another tool, or misspelt. PEFT drops them with a warning. */
final class UnknownMembers {
    /** Letters that may be wrong in a name that was meant for another. */
    private static final int SLIPS = 2;

    private UnknownMembers() {}

    /** A sentence that names them; empty where there are none. */
    static Optional<String> note(AdapterConfig config) {
        List<String> unknown = KnownMembers.unknownIn(config);
        if (unknown.isEmpty()) {
            return Optional.empty();
        }
        Set<String> known = KnownMembers.of(config.peftType()).orElseThrow();
        String named = unknown.stream().map(name -> name + meant(name, known)).collect(Collectors.joining(", "));
        return Optional.of(
                "adapter_config.json says %s, which PEFT %s does not know for %s and drops; it had no part in this merge."
                        .formatted(named, KnownMembers.peft(), config.peftType()));
    }

    private static String meant(String name, Set<String> known) {
        return known.stream()
                .filter(other -> distance(name, other) <= SLIPS)
                .findFirst()
                .map(other -> " (misspelt for " + other + "?)")
                .orElse("");
    }

    /** Levenshtein's: letters to insert, drop or exchange. */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int j = 0; j < before.length; j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[before.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int other = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(before[j], row[j - 1]) + 1, before[j - 1] + other);
            }
            before = row;
        }
        return before[b.length()];
    }
}
