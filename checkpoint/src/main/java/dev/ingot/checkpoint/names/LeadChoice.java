package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.RefusedInput;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Chooses the beginning that is stripped from all keys of a file: the one that leads to most parameters of the base. */
final class LeadChoice {
    private static final int SHOWN = 4;
    private static final Comparator<LeadReading> LIKELIEST = Comparator.comparingInt(LeadReading::missing)
            .thenComparing(Comparator.comparingInt(LeadReading::hits).reversed())
            .thenComparing(reading -> !reading.prefix().equals(LanguagePrefix.NONE))
            .thenComparing(reading -> !reading.endsInPeft())
            .thenComparingInt(LeadReading::repairs)
            .thenComparingInt(reading -> reading.lead().length())
            .thenComparing(LeadReading::text);

    private LeadChoice() {}

    /** The unique best; RefusedInput {@code adapter.ambiguous-prefix} where two that lead elsewhere are equally good. */
    static LeadReading of(List<LeadReading> readings) {
        LeadReading best = readings.stream().min(LIKELIEST).orElseThrow();
        if (best.found().isEmpty()) {
            return readings.stream()
                    .filter(reading -> reading.prefix().equals(LanguagePrefix.NONE))
                    .filter(LeadReading::endsInPeft)
                    .findFirst()
                    .orElse(best);
        }
        List<LeadReading> others = readings.stream()
                .filter(reading -> reading.hits() == best.hits() && reading.missing() == best.missing())
                .filter(reading -> reading.endsInPeft() == best.endsInPeft())
                .filter(reading -> !reading.places().equals(best.places()))
                .toList();
        if (!others.isEmpty()) {
            LeadReading other = others.getFirst();
            throw new RefusedInput(
                    "adapter.ambiguous-prefix",
                    "The adapter's names fit the base in more than one way: %s, where %s; and %s, where it becomes %s."
                            .formatted(
                                    best.text(), example(best, other, true), other.text(), example(best, other, false)),
                    "save the adapter with PEFT's save_pretrained, whose names begin with base_model.model.");
        }
        return best;
    }

    private static String example(LeadReading best, LeadReading other, boolean ofBest) {
        String key = best.places().keySet().stream()
                .sorted()
                .filter(raw -> !best.places().get(raw).equals(other.places().getOrDefault(raw, "")))
                .findFirst()
                .orElseThrow();
        if (ofBest) {
            return key + " becomes " + best.found().get(key).parameter();
        }
        return other.found().containsKey(key) ? other.found().get(key).parameter() : "nothing";
    }

    /** {@code as they stand 0 of 12, without base_model.model. 10 of 12}. */
    static String describe(List<LeadReading> readings, int all) {
        return readings.stream()
                .sorted(LIKELIEST)
                .limit(SHOWN)
                .map(reading ->
                        "%s %d of %d".formatted(reading.text(), reading.found().size(), all))
                .collect(Collectors.joining(", "));
    }
}
