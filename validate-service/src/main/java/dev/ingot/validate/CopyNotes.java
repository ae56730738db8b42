package dev.ingot.validate;

import dev.ingot.pipeline.work.StageResult.CopyFact;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says for people how a training checkpoint's copies of base tensors compare with the base. */
final class CopyNotes {
    private static final int SHOWN = 10;

    private CopyNotes() {}

    static List<String> of(List<CopyFact> copies) {
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
        List<CopyFact> drifted = copies.stream().filter(copy -> !copy.isEqual()).toList();
        if (!drifted.isEmpty()) {
            String shown = drifted.stream().limit(SHOWN).map(CopyFact::text).collect(Collectors.joining("; "));
            int more = drifted.size() - SHOWN;
            notes.add(
                    "The checkpoint's own copies of %,d of %,d base tensors differ from the base, which was taken as the request says: %s%s."
                            .formatted(
                                    drifted.size(),
                                    copies.size(),
                                    shown,
                                    more > 0 ? "; and %,d more".formatted(more) : ""));
        }
        return notes;
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
