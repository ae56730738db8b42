package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.TurnedRows;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.Optional;

/** What types make of a module's bias, seen as [out, 1]. */
final class BiasFormulas {
    private BiasFormulas() {}

    static boolean changes(AdapterType type, TrainedModule m) {
        return switch (type) {
            case IA3 -> !TypeFormulas.isFeedForward(m);
            case ROAD, BEFT -> true;
            case GLORA -> GloraParts.changesBias(m);
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
                    LN_TUNING -> false;
        };
    }

    /** @param bias the base's */
    static Optional<RowFormula> of(AdapterType type, TrainedModule m, Base bias) {
        return switch (type) {
            case IA3 -> Optional.of(TurnedRows.scaledOutputs(m.vector("ia3_l")));
            case ROAD -> Optional.of(RoadPairs.of(m).formula(bias, m.rounder()));
            case GLORA -> Optional.of(GloraParts.bias(m));
            case BEFT -> {
                double[] added = m.vector("beft_bias");
                yield Optional.of((row, values) -> values[0] += added[row]);
            }
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
}
