package dev.ingot.registry.run;

import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a team sends to have a run made, as the API takes it. What is left out has the default of a registry: dtype and tie {@code auto},
 * validate {@code full}, shards of 5 GB.
 *
 * @param run its name; a hook that gives one can send the same again without harm. Left out, one is made up
 * @param model name under which the result is published
 * @param base URI of the base: {@code file:}, {@code s3:} or {@code hf:}; only where the installation allows the team to leave it out, it is the one that the adapter names
 * @param adapter likewise of the adapter, where there is one that counts as it was trained; either this or {@code adapters} must be given. {@code #name} behind it names one of
 *     several, by its subfolder or, in a training checkpoint, by its name in PEFT's memory
 * @param adapters in the order in which they are applied
 * @param trainedOn what training saw; must be given
 * @param quantizationConfig in transformers' own form, as a JSON object, or a ready name ({@code nf4-double}); goes with {@code quantized-while-loading} and only with that
 * @param mergeBase which base the adapter is merged onto: {@code trained} (the default), {@code original} or {@code measured}: both, and the better one is published
 * @param originalBase URI of the 16-bit original of a base that is quantized in its file; goes with {@code measured} and only with that
 * @param swapNibbles whether a 4-bit base has the first of two elements in the low nibble
 * @param baseIsResidual whether the base is what an initialization such as PiSSA left for training
 * @param adapterConfig LoRA config in PEFT's own form, as a JSON object, for a training checkpoint that has none
 * @param mirrors whose values count where a training checkpoint's copies of base tensors differ from the base: {@code refuse} (the default), {@code base}
 *     or {@code checkpoint}
 * @param checkpoint {@code last}, {@code best} or a step, where an adapter is a trainer's output folder with several checkpoints
 * @param evaluation name of a text to its URI
 * @param overrides gates that a person lets the checkpoint past, if the team's policy allows it
 * @param submittedBy for people
 */
public record Submission(
        Optional<String> run,
        String model,
        Optional<String> base,
        Optional<String> adapter,
        Optional<List<Weighted>> adapters,
        Optional<TrainedOn> trainedOn,
        Optional<String> quantizationConfig,
        Optional<MergeBase> mergeBase,
        Optional<String> originalBase,
        Optional<Boolean> swapNibbles,
        Optional<Boolean> baseIsResidual,
        Optional<String> adapterConfig,
        Optional<MirrorPolicy> mirrors,
        Optional<String> checkpoint,
        Optional<OutputDType> dtype,
        Optional<TiePolicy> tie,
        Optional<ValidationLevel> validate,
        Optional<Long> maxShardBytes,
        Optional<Map<String, String>> evaluation,
        Optional<List<Overridden>> overrides,
        Optional<String> submittedBy) {

    /**
     * One of several adapters.
     *
     * @param adapter its URI
     * @param weight what its delta is multiplied with; 1 where it is left out
     */
    public record Weighted(String adapter, Optional<Double> weight) {}

    /**
     * One gate that is overridden.
     *
     * @param by who answers for it
     */
    public record Overridden(String gate, String by, String reason) {}
}
