package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.checkpoint.Shape;
import java.util.stream.IntStream;

/** VB-LoRA: both factors are made of vectors of one bank. */
final class VectorBanks {
    private final TrainedModule m;
    private final Reals bank;

    private VectorBanks(TrainedModule m) {
        this.m = m;
        Shape shape = m.shapeOfShared("vblora_vector_bank");
        this.bank = m.shared("vblora_vector_bank", (int) shape.dim(0), (int) shape.dim(1));
    }

    static RowFormula formula(TrainedModule m) {
        return new VectorBanks(m).formula();
    }

    private RowFormula formula() {
        int rank = (int) m.config().number("r", 4);
        int length = bank.columns();
        Reals a = Reals.zeros(rank, m.in());
        Reals b = Reals.zeros(m.out(), rank);
        Mixture ofA = mixture("vblora_logits_A");
        for (int k = 0; k < rank * (m.in() / length); k++) {
            int row = k / (m.in() / length);
            int first = k % (m.in() / length) * length;
            System.arraycopy(ofA.vector(k), 0, a.row(row), first, length);
        }
        Mixture ofB = mixture("vblora_logits_B");
        for (int k = 0; k < m.out() / length * rank; k++) {
            double[] vector = ofB.vector(k);
            for (int j = 0; j < length; j++) {
                b.row(k / rank * length + j)[k % rank] = vector[j];
            }
        }
        return AddedRows.lowRank(b, a, 1, value -> value);
    }

    /** Gives the k-th mixed vector of a factor. */
    private interface Mixture {
        double[] vector(int k);
    }

    private Mixture mixture(String tensor) {
        if (!m.has(tensor)) {
            long[] indices = m.indices(tensor + "_topk_indices");
            double[] weights = m.vector(tensor + "_topk_weights");
            Shape shape = m.shape(tensor + "_topk_indices");
            int count = (int) shape.columns();
            return k -> ofWeights(indices, weights, k, count);
        }
        int count = (int) m.config().number("topk", 2);
        Reals logits = m.matrix(tensor, (int) (m.shape(tensor).elements() / bank.height()), bank.height());
        return k -> ofLogits(logits.row(k), count);
    }

    private double[] ofWeights(long[] indices, double[] weights, int k, int count) {
        double[] mixed = new double[bank.columns()];
        double rest = 1;
        for (int i = 0; i < count; i++) {
            double weight = i < count - 1 ? weights[k * (count - 1) + i] : rest;
            rest -= weight;
            add(mixed, weight, (int) indices[k * count + i]);
        }
        return mixed;
    }

    private double[] ofLogits(double[] logits, int count) {
        int[] top = IntStream.range(0, logits.length)
                .boxed()
                .sorted((x, y) -> Double.compare(logits[y], logits[x]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
        double sum = IntStream.of(top)
                .mapToDouble(i -> Math.exp(logits[i] - logits[top[0]]))
                .sum();
        double[] mixed = new double[bank.columns()];
        for (int i : top) {
            add(mixed, Math.exp(logits[i] - logits[top[0]]) / sum, i);
        }
        return mixed;
    }

    private void add(double[] mixed, double weight, int vector) {
        for (int j = 0; j < mixed.length; j++) {
            mixed[j] += weight * bank.at(vector, j);
        }
    }
}
