package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.KnownMembers;
import dev.ingot.checkpoint.names.NearestNames;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Members of adapter_config.json that PEFT does not know: of a newer release, of another tool, or misspelt. PEFT drops them with a warning. */
final class UnknownMembers {
    /** Letters that may be wrong in a name that was meant for another. */
    private static final int SLIPS = 2;

    private static final int MAX_SHOWN = 80;

    private UnknownMembers() {}

    /** A sentence that names them; empty where there are none. */
    static Optional<String> note(AdapterConfig config) {
        List<String> unknown = KnownMembers.unknownIn(config);
        if (unknown.isEmpty()) {
            return Optional.empty();
        }
        Set<String> known = KnownMembers.of(config.peftType()).orElseThrow();
        String named =
                unknown.stream().map(name -> shown(name) + meant(name, known)).collect(Collectors.joining(", "));
        return Optional.of(
                "adapter_config.json says %s, which PEFT %s does not know for %s and drops; it had no part in this merge."
                        .formatted(named, KnownMembers.peft(), config.peftType()));
    }

    private static String shown(String name) {
        return name.length() > MAX_SHOWN ? name.substring(0, MAX_SHOWN) + "…" : name;
    }

    private static String meant(String name, Set<String> known) {
        return known.stream()
                .filter(other ->
                        Math.abs(name.length() - other.length()) <= SLIPS && NearestNames.edits(name, other) <= SLIPS)
                .findFirst()
                .map(other -> " (misspelt for " + other + "?)")
                .orElse("");
    }
}
