package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.TurnedRows;
import dev.ingot.arithmetic.adapter.WholeRows;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterType;

/** The formula of each type for a module's weight, by the files alone. */
final class TypeFormulas {
    private TypeFormulas() {}

    /** Unmergeable where the type, or an option of it, is not known here. */
    static RowFormula weight(AdapterType type, TrainedModule m) {
        return switch (type) {
            case LORA, LN_TUNING, TRAINABLE_TOKENS, BEFT -> (row, values) -> {};
            case ADALORA -> LowRankTypes.adaLora(m);
            case LOHA -> ProductTypes.loHa(m);
            case LOKR -> ProductTypes.loKr(m);
            case IA3 -> ia3(m);
            case VERA -> DrawnTypes.vera(m, "vera", 1);
            case PVERA -> DrawnTypes.vera(m, "pvera", 2);
            case OFT -> RotationTypes.oft(m);
            case BOFT -> TurnedRows.butterfly(RotationTypes.boft(m), m.vector("boft_s"));
            case HRA ->
                TurnedRows.reflections(
                        m.matrix("hra_u"), m.config().json().bool("apply_GS").orElse(false));
            case MISS -> RotationTypes.shards(m, "miss_block");
            case BONE -> RotationTypes.shards(m, "bone_block");
            case SHIRA -> SparseTypes.shira(m);
            case VBLORA -> VectorBanks.formula(m);
            case FOURIERFT ->
                AddedRows.fourier(
                        m.vector("fourierft_spectrum"),
                        (long) m.config().number("random_loc_seed", 777),
                        m.config().number("scaling", 150),
                        m.out(),
                        m.in());
            case RANDLORA -> DrawnTypes.randLora(m);
            case C3A -> c3a(m);
            case DELORA -> LowRankTypes.deLora(m);
            case ROAD -> RoadPairs.of(m).formula(m.base(), m.rounder());
            case GRALORA -> LowRankTypes.graLora(m);
            case OSF -> osf(m);
            case DEFT -> NetworkTypes.deft(m);
            case GLORA -> TurnedRows.general(GloraParts.weight(m, "A"), GloraParts.weight(m, "B"), m.rounder());
            case HIRA -> LowRankTypes.hiRa(m);
            case PEANUT -> NetworkTypes.peanut(m);
            case SUPERTUNING -> SparseTypes.superTuning(m);
            case TINYLORA -> LowRankTypes.tinyLora(m);
        };
    }

    private static RowFormula ia3(TrainedModule m) {
        return isFeedForward(m)
                ? TurnedRows.scaledInputs(m.vector("ia3_l"), m.kernel())
                : TurnedRows.scaledOutputs(m.vector("ia3_l"));
    }

    static boolean isFeedForward(TrainedModule m) {
        Shape shape = m.shape("ia3_l");
        return shape.rank() == 2
                ? shape.dim(1) > 1
                : m.config().isSet("feedforward_modules")
                        && m.config().modules("feedforward_modules").contains(m.name());
    }

    private static RowFormula c3a(TrainedModule m) {
        Shape shape = m.shape("c3a_kernel");
        Reals kernels = m.matrix("c3a_kernel", (int) (shape.dim(0) * shape.dim(1)), (int) shape.dim(2));
        return AddedRows.circulant(kernels, (int) shape.dim(1), m.rounder());
    }

    private static RowFormula osf(TrainedModule m) {
        double[] values = m.vector("osf_svd_params.S_low");
        WholeDecompositions.requireFeasible("OSF", m.out(), m.in(), values.length);
        return WholeRows.trailing(
                m.matrix("osf_svd_params.U_low"), values, m.matrix("osf_svd_params.V_low"), m.base(), m.rounder());
    }
}
