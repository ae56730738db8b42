package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.ModuleEffect.Flag;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OddModulesTest {
    @ParameterizedTest
    @CsvSource({
        "0, NEAR_NO_OP",
        "9.9e-6, NEAR_NO_OP",
        "1e-5, NONE",
        "0.5, NONE",
        "0.51, SUSPICIOUSLY_LARGE",
        "Infinity, SUSPICIOUSLY_LARGE",
        "NaN, NONE",
    })
    void aModuleIsFlaggedBySize(double effect, Flag flag) {
        assertEquals(flag, new ModuleEffect("q_proj", effect, 0).flag());
    }

    @Test
    void usualModulesAreNotWorthAWord() {
        assertEquals(List.of(), OddModules.sentences(List.of(new ModuleEffect("q_proj", 0.1, 0.02))));
    }

    @Test
    void theLargestAndTheFirstWithoutEffectAreNamed() {
        List<ModuleEffect> modules = List.of(
                new ModuleEffect("q_proj", 0, 0),
                new ModuleEffect("k_proj", 0.7, 0),
                new ModuleEffect("v_proj", 3, 0),
                new ModuleEffect("o_proj", 0.1, 0));
        assertEquals(
                List.of(
                        "2 of 4 changed modules are changed by more than half of the weight's norm, v_proj the most (3.00): a wrong scale or another base does that, and so does a trained embedding.",
                        "1 of 4 changed modules is changed by next to nothing, q_proj first: untrained, or its tensors were not saved as they were trained."),
                OddModules.sentences(modules));
    }
}
