package dev.ingot.ingest;

import dev.ingot.pipeline.plan.Matrix;
import java.util.Optional;

/**
 * What a module becomes.
 *
 * @param weight as it is stored; empty where it stays
 * @param bias [out, 1]; empty where it stays or is missing
 */
record ModuleFormula(Optional<Matrix> weight, Optional<Matrix> bias) {
    static ModuleFormula ofWeight(Matrix weight) {
        return new ModuleFormula(Optional.of(weight), Optional.empty());
    }

    static ModuleFormula of(Matrix weight, Optional<Matrix> bias) {
        return new ModuleFormula(Optional.of(weight), bias);
    }
}
