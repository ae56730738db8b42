package dev.ingot.validate;

import dev.ingot.pipeline.work.StageResult.CopyFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Says for people how a training checkpoint's copies of base tensors compare with the base. */
final class CopyNotes {
    private static final int SHOWN = 10;

    private CopyNotes() {}

    /** @param taken names of tensors whose copy was taken in place of the base's */
    static List<String> of(List<CopyFact> copies, Set<String> taken) {
        List<String> notes = new ArrayList<>();
        List<CopyFact> packed =
                copies.stream().filter(copy -> !copy.packed().isEmpty()).toList();
        List<CopyFact> numbers =
                copies.stream().filter(copy -> copy.packed().isEmpty()).toList();
        if (!numbers.isEmpty() && numbers.stream().allMatch(CopyFact::isEqual)) {
            notes.add("The checkpoint's own copies of %,d base tensors equal the base.".formatted(numbers.size()));
        }
        if (!packed.isEmpty() && packed.stream().allMatch(CopyFact::isEqual)) {
            notes.add(confirmed(packed));
        }
        Map<Boolean, List<CopyFact>> drifted = copies.stream()
                .filter(copy -> !copy.isEqual())
                .collect(Collectors.partitioningBy(copy -> taken.contains(copy.tensor())));
        drift(drifted.get(false), copies.size(), "the base, which was taken as the request says")
                .ifPresent(notes::add);
        drift(drifted.get(true), copies.size(), "the base; the checkpoint's were taken, as the request says")
                .ifPresent(notes::add);
        return notes;
    }

    private static Optional<String> drift(List<CopyFact> drifted, int all, String decision) {
        if (drifted.isEmpty()) {
            return Optional.empty();
        }
        String shown = drifted.stream().limit(SHOWN).map(CopyFact::text).collect(Collectors.joining("; "));
        int more = drifted.size() - SHOWN;
        return Optional.of("The checkpoint's own copies of %,d of %,d base tensors differ from %s: %s%s."
                .formatted(drifted.size(), all, decision, shown, more > 0 ? "; and %,d more".formatted(more) : ""));
    }

    private static String confirmed(List<CopyFact> packed) {
        String schemes = packed.stream().map(CopyFact::packed).distinct().collect(Collectors.joining(", "));
        long differing = packed.stream().mapToLong(CopyFact::differing).sum();
        return differing == 0
                ? "The checkpoint's packed copies of %,d weights equal the base in %s byte for byte: quantization settings confirmed."
                        .formatted(packed.size(), schemes)
                : "The checkpoint's packed copies of %,d weights equal the base in %s but for %,d values, as many as a GPU's arithmetic explains: quantization settings confirmed."
                        .formatted(packed.size(), schemes, differing);
    }
}
