package dev.ingot.validate.weights;

import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.ModelConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The model that training left: base and adapters, unmerged. Scale, modules and tying come from adapter_config.json and the raw keys; no plan is
 * looked at, so that a wrong plan is caught too.
 *
 * @param type its class
 * @param base alone, as training saw it
 * @param weights with the adapter's own tensors in place of the base's, and with an output embedding under its own name even where it is tied
 * @param deltas by module
 * @param formulas by tensor, of adapters that are more than a product beside the weight
 * @param tensors every tensor of the model, the output embedding by its own name where the class has one
 * @param ends what input and output embedding are called; none where the class has no output embedding
 * @param changesAnEnd whether the adapter has anything for one of the two ends
 * @param endsMayBeEqual false where the two ends are sure to differ: another delta, or one of them saved whole alone
 * @param layers of a model that is deeper than the base; 0 for one that is not
 */
public record TrainedModel(
        TrainedClass type,
        WeightSource base,
        WeightSource weights,
        Map<String, ModuleDelta> deltas,
        Map<String, TrainedRows> formulas,
        Set<String> tensors,
        Ends ends,
        boolean changesAnEnd,
        boolean endsMayBeEqual,
        int layers) {
    public TrainedModel {
        deltas = Map.copyOf(deltas);
        formulas = Map.copyOf(formulas);
        tensors = Set.copyOf(tensors);
    }

    /** What the unmerged model computes with, beside its {@code deltas}. */
    public WeightSource unmerged() {
        return formulas.isEmpty() ? weights : new TrainedWeights(weights, formulas);
    }

    /**
     * The two ends of the base.
     *
     * @param input module of the input embedding; empty where the model has no ends that anybody knows
     * @param output module of the output embedding
     * @param tied whether the base has one matrix for both
     */
    public record Ends(String input, String output, boolean tied) {
        static final Ends NONE = new Ends("", "", false);

        /** The same, and tied too where config says so and both ends are stored with the same values. */
        static Ends of(ModelConfig config, CheckpointWeights stored) throws IOException {
            Ends ends = of(config, stored.names()::contains);
            boolean twice = !ends.input().isEmpty()
                    && stored.names().contains(ends.outputTensor())
                    && config.tieWordEmbeddings().orElse(false);
            return twice && SameValues.in(stored, ends.inputTensor(), ends.outputTensor())
                    ? new Ends(ends.input(), ends.output(), true)
                    : ends;
        }

        /** The ends of a base with these tensors: tied where the config does not deny it and no output embedding is stored. */
        public static Ends of(ModelConfig config, Predicate<String> hasTensor) {
            Optional<Embeddings> known = Embeddings.of(hasTensor);
            if (known.isEmpty()) {
                return NONE;
            }
            boolean tied = !config.deniesTying() && !hasTensor.test(known.get().output());
            return new Ends(known.get().inputModule(), known.get().outputModule(), tied);
        }

        public String inputTensor() {
            return input + ".weight";
        }

        public String outputTensor() {
            return output + ".weight";
        }
    }

    /** Reads it; Unmergeable when the adapter has tensors of a kind that the judge does not know, RefusedInput when they do not fit. */
    public static TrainedModel of(CheckpointWeights base, ModelConfig config, AdapterFolder adapter)
            throws IOException {
        return of(base, config, List.of(adapter), Optional.empty());
    }

    /**
     * The base with several adapters, each on what those before it left.
     *
     * @param quantization by which training quantized the base while loading it
     */
    public static TrainedModel of(
            CheckpointWeights base,
            ModelConfig config,
            List<AdapterFolder> adapters,
            Optional<TrainingQuantization> quantization)
            throws IOException {
        return new ModelReader(base, config, adapters, quantization).read();
    }
}
