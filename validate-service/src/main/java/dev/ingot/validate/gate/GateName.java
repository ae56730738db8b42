package dev.ingot.validate.gate;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The gates there are, by the names that reports, policies and overrides use. */
public enum GateName {
    STRUCTURE,
    ACCOUNTED,
    BASE,
    WEIGHTS,
    FIDELITY,
    AGREEMENT,
    EFFECT,
    FINITE,
    PERPLEXITY,
    REGRESSION,
    INCUMBENT;

    /** Gates without which a checkpoint may not be the trained model at all. */
    private static final Set<GateName> OF_THE_MERGE = EnumSet.of(STRUCTURE, ACCOUNTED, BASE, WEIGHTS, FINITE);

    /** Limits on how good the adapter is. */
    private static final Set<GateName> OF_QUALITY = EnumSet.of(PERPLEXITY, REGRESSION, INCUMBENT);

    /** As it stands in documents. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All of them, in the order in which they are shown. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(GateName::id).toList();
    }

    /** Those past which a person may publish where the team does not say which. */
    public static Set<String> overridable() {
        return EnumSet.complementOf(EnumSet.copyOf(OF_THE_MERGE)).stream()
                .map(GateName::id)
                .collect(Collectors.toSet());
    }

    /** Whether what goes out past it may not be the trained model. */
    public static boolean isOfTheMerge(String id) {
        return OF_THE_MERGE.stream().anyMatch(gate -> gate.id().equals(id));
    }

    /** Whether it says how good the adapter is, and nothing about the merge. */
    public static boolean isOfQuality(String id) {
        return OF_QUALITY.stream().anyMatch(gate -> gate.id().equals(id));
    }
}
