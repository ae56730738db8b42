package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.MersenneTwister;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;

/**
 * RandLoRA's random bases: A of [r, smallest dimension], B of [largest dimension, bases * r]. PEFT draws dense ones in bfloat16, wherever the machine
 * knows it, and sparse ones in float32.
 */
final class RandomDraws {
    private final TrainedModule m;
    private final MersenneTwister generator;
    private final int rank;
    private final int least;
    private final int most;

    private RandomDraws(TrainedModule m) {
        this.m = m;
        this.generator = new MersenneTwister((long) m.config().number("projection_prng_key", 0));
        this.rank = (int) m.config().number("r", 32);
        int in = m.all().stream().mapToInt(TrainedModule.Extent::in).max().orElseThrow();
        int out = m.all().stream().mapToInt(TrainedModule.Extent::out).max().orElseThrow();
        this.least = Math.min(in, out);
        this.most = Math.max(in, out);
    }

    static Reals saved(TrainedModule m, String tensor) {
        Shape shape = m.shapeOfShared(tensor);
        int rows = (int) shape.dim(0);
        return m.shared(tensor, rows, (int) (shape.elements() / rows));
    }

    static Reals a(TrainedModule m) {
        RandomDraws draws = new RandomDraws(m);
        Reals a = Reals.zeros(draws.rank, draws.least);
        for (int i = 0; i < draws.rank; i++) {
            for (int j = 0; j < draws.least; j++) {
                a.row(i)[j] = draws.next(draws.least);
            }
        }
        return draws.standard(a);
    }

    static Reals b(TrainedModule m) {
        RandomDraws draws = new RandomDraws(m);
        draws.generator.skip((long) draws.rank * draws.least);
        int bases = (draws.least + draws.rank - 1) / draws.rank;
        Reals b = Reals.zeros(draws.most, bases * draws.rank);
        boolean byRow = draws.share() > 0;
        for (int k = 0; k < draws.most * bases; k++) {
            int row = byRow ? k / bases : k % draws.most;
            int base = byRow ? k % bases : k / draws.most;
            for (int j = 0; j < draws.rank; j++) {
                b.row(row)[base * draws.rank + j] = draws.next(draws.rank);
            }
        }
        return draws.standard(b);
    }

    /** Of the sparse kinds: which share of the elements is -1, and which is 1; 0 for the dense one. */
    private double share() {
        if (m.config().isSet("very_sparse")) {
            return 1 / (2 * Math.sqrt(least));
        }
        return m.config().isSet("sparse") ? 1 / 6.0 : 0;
    }

    private double next(int fanIn) {
        double share = share();
        if (share == 0) {
            float bound = (float) (1 / Math.sqrt(fanIn));
            return generator.nextBFloat16Uniform(-bound, bound);
        }
        float drawn = generator.nextUniform(0, 1);
        return drawn < (float) share ? -1 : drawn > (float) (1 - share) ? 1 : 0;
    }

    private Reals standard(Reals drawn) {
        double[] all = drawn.flat();
        double mean = 0;
        for (double value : all) {
            mean += value / all.length;
        }
        double squares = 0;
        for (double value : all) {
            squares += (value - mean) * (value - mean);
        }
        DType dtype = share() == 0 ? DType.BF16 : DType.F32;
        float deviation = Rounding.to(dtype, (float) Math.sqrt(squares / (all.length - 1)));
        return drawn.map(value -> m.rounder().round(Rounding.to(dtype, (float) value / deviation)));
    }
}
