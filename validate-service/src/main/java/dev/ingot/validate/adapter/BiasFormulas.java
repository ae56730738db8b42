package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.TurnedRows;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.Optional;
import java.util.function.Function;

/** What types make of a module's bias, seen as [out, 1]. */
final class BiasFormulas {
    private BiasFormulas() {}

    static boolean changes(AdapterType type, TrainedModule m) {
        return ofBias(type, m).isPresent();
    }

    /** @param bias the base's */
    static Optional<RowFormula> of(AdapterType type, TrainedModule m, Base bias) {
        return ofBias(type, m).map(formula -> formula.apply(bias));
    }

    private static Optional<Function<Base, RowFormula>> ofBias(AdapterType type, TrainedModule m) {
        return switch (type) {
            case IA3 ->
                TypeFormulas.isFeedForward(m)
                        ? Optional.empty()
                        : Optional.of(bias -> TurnedRows.scaledOutputs(m.vector("ia3_l")));
            case ROAD -> Optional.of(bias -> RoadPairs.of(m).formula(bias, m.rounder()));
            case GLORA -> GloraParts.changesBias(m) ? Optional.of(bias -> GloraParts.bias(m)) : Optional.empty();
            case BEFT -> Optional.of(bias -> added(m.vector("beft_bias")));
            case ADALORA,
                    LOHA,
                    LOKR,
                    VERA,
                    PVERA,
                    OFT,
                    BOFT,
                    HRA,
                    MISS,
                    BONE,
                    SHIRA,
                    VBLORA,
                    FOURIERFT,
                    RANDLORA,
                    C3A,
                    DELORA,
                    GRALORA,
                    OSF,
                    DEFT,
                    HIRA,
                    PEANUT,
                    SUPERTUNING,
                    TINYLORA,
                    LORA,
                    TRAINABLE_TOKENS,
                    LN_TUNING -> Optional.empty();
        };
    }

    private static RowFormula added(double[] values) {
        return (row, bias) -> bias[0] += values[row];
    }
}
