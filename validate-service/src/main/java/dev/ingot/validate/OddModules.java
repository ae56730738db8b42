package dev.ingot.validate;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.ModuleEffect.Flag;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Modules whose change is too small to be one, or too large to be believed, in a sentence each. */
final class OddModules {
    private OddModules() {}

    static List<String> sentences(List<ModuleEffect> modules) {
        return Stream.of(large(modules), small(modules))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> large(List<ModuleEffect> modules) {
        return flagged(modules, Flag.SUSPICIOUSLY_LARGE)
                .max(Comparator.comparingDouble(ModuleEffect::effect))
                .map(top ->
                        "%s changed by more than half of the weight's norm, %s the most (%s): a wrong scale or another base does that, and so does a trained embedding."
                                .formatted(
                                        count(modules, Flag.SUSPICIOUSLY_LARGE),
                                        top.module(),
                                        NumberText.ratio(top.effect())));
    }

    private static Optional<String> small(List<ModuleEffect> modules) {
        return flagged(modules, Flag.NEAR_NO_OP)
                .findFirst()
                .map(first ->
                        "%s changed by next to nothing, %s first: untrained, or its tensors were not saved as they were trained."
                                .formatted(count(modules, Flag.NEAR_NO_OP), first.module()));
    }

    private static String count(List<ModuleEffect> modules, Flag flag) {
        return "%d of %d changed modules %s"
                .formatted(
                        flagged(modules, flag).count(),
                        modules.size(),
                        flagged(modules, flag).count() == 1 ? "is" : "are");
    }

    private static Stream<ModuleEffect> flagged(List<ModuleEffect> modules, Flag flag) {
        return modules.stream().filter(module -> module.flag() == flag);
    }
}
