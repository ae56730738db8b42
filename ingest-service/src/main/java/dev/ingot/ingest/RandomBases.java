package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Signs;
import dev.ingot.pipeline.plan.Entries.Uniform;
import dev.ingot.pipeline.plan.LinearAlgebra.Standardized;
import dev.ingot.pipeline.plan.Matrix;

/**
 * RandLoRA's random bases, as they were saved or drawn again as PEFT draws them.
 *
 * @param a [r, smallest dimension]
 * @param b [largest dimension, bases * r]
 */
record RandomBases(Matrix a, Matrix b) {
    static RandomBases of(AdaptedModule module) {
        if (module.shared().containsKey("randlora_A")) {
            Shape a = module.shapeOfShared("randlora_A");
            Shape b = module.shapeOfShared("randlora_B");
            int rank = Math.toIntExact(a.dim(0));
            int height = Math.toIntExact(b.dim(0));
            return new RandomBases(
                    module.shared("randlora_A", rank, (int) (a.elements() / rank))
                            .orElseThrow(),
                    module.shared("randlora_B", height, (int) (b.elements() / height))
                            .orElseThrow());
        }
        return drawn(module);
    }

    /** A first, then B, from one seed; each divided by its standard deviation and moved to the dtype of the base's weights. */
    private static RandomBases drawn(AdaptedModule module) {
        int least = Math.min(module.all().in(), module.all().out());
        int most = Math.max(module.all().in(), module.all().out());
        int rank = (int) module.config().number("r", 32);
        int bases = Math.ceilDiv(least, rank);
        long seed = (long) module.config().number("projection_prng_key", 0);
        long ofA = (long) rank * least;
        boolean verySparse = module.config().isSet("very_sparse");
        if (verySparse || module.config().isSet("sparse")) {
            double share = 1 / (2 * (verySparse ? Math.sqrt(least) : 3));
            Matrix a = new Signs(new Uniform(seed, 0, 0, 1, DType.F32, rank, least), share);
            Matrix b = new Signs(new Uniform(seed, ofA, 0, 1, DType.F32, most, bases * rank), share);
            return new RandomBases(standard(a, DType.F32), standard(b, DType.F32));
        }
        Matrix stacked = dense(seed, ofA, rank, bases * most, rank);
        return new RandomBases(
                standard(dense(seed, 0, least, rank, least), DType.BF16),
                standard(LowRankFormulas.besideOneAnother(stacked, bases), DType.BF16));
    }

    private static Matrix standard(Matrix drawn, DType dtype) {
        return new Rounded(new Standardized(drawn, dtype));
    }

    /** Of torch's kaiming_uniform_ with the slope of the root of 5, in bfloat16, which PEFT takes wherever the machine knows it. */
    private static Matrix dense(long seed, long skip, int fanIn, int rows, int columns) {
        float bound = (float) (1 / Math.sqrt(fanIn));
        return new Uniform(seed, skip, -bound, bound, DType.BF16, rows, columns);
    }

    /** Of torch's kaiming_uniform_ with its default slope. */
    static Matrix kaiming(long seed, long skip, int fanIn, int rows, int columns) {
        float bound = (float) (Math.sqrt(3) * (Math.sqrt(2) / Math.sqrt(fanIn)));
        return new Uniform(seed, skip, -bound, bound, DType.F32, rows, columns);
    }
}
