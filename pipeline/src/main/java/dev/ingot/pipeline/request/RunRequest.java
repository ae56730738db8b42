package dev.ingot.pipeline.request;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.WhenAbsent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a team asks for; {@code request.json}.
 *
 * @param schema 1
 * @param model name under which the result is published, a name as in {@link RunRef}
 * @param base folder ({@code file:}), bucket ({@code s3:}) or hub ({@code hf:}) URI of the base
 * @param adapter likewise of the adapter; null where there are several or weighted ones, and where nothing is merged and only the base is wanted in 16 bit
 * @param adapters in the order in which they are applied; null where there is one that counts as it was trained, or none
 * @param trainedOn what training saw, where the request says so
 * @param quantizationConfig in transformers' own JSON form or a ready name ({@code nf4-double}), when training quantized the base while loading; null otherwise
 * @param mergeBase which base the adapter is merged onto
 * @param originalBase URI of the 16-bit base that a packed one was made of, for {@code measured}; null where there is none or the base has 16 bit itself
 * @param swapNibbles whether a 4-bit base has the first of two elements in the low nibble, as pre-release builds of bitsandbytes wrote it
 * @param baseIsResidual whether the base is what an initialization such as PiSSA left for training, saved, and not the model that it was taken from
 * @param adapterConfig LoRA config in PEFT's own JSON form, for a training checkpoint that has none; null where the adapter's own counts
 * @param mirrors what to do where a training checkpoint's copies of base tensors differ from the base; null for {@code refuse}
 * @param checkpoint {@code last}, {@code best} or a step, where the adapters' folders are trainers' with several checkpoints; null where it need not be said
 * @param dtype of the output: {@code auto} keeps each tensor's own
 * @param maxShardBytes largest output shard
 * @param evaluation name of a set ({@code domain}, {@code general}) to the URI of its text; {@code #name} behind it names the member of JSON lines that counts
 * @param overrides of gates, by persons; null where none is asked for
 * @param provenance whether every input and output gets a SHA-256
 */
public record RunRequest(
        int schema,
        RunRef run,
        String model,
        String base,
        @Nullable String adapter,
        @Nullable List<WeightedAdapter> adapters,
        TrainedOn trainedOn,
        @Nullable String quantizationConfig,
        @WhenAbsent("\"trained\"") MergeBase mergeBase,
        @Nullable String originalBase,
        @WhenAbsent("false") boolean swapNibbles,
        @WhenAbsent("false") boolean baseIsResidual,
        @Nullable String adapterConfig,
        @Nullable MirrorPolicy mirrors,
        @Nullable String checkpoint,
        OutputDType dtype,
        TiePolicy tie,
        ValidationLevel validate,
        long maxShardBytes,
        Map<String, String> evaluation,
        @Nullable List<GateOverride> overrides,
        boolean provenance,
        String submittedBy,
        Instant submittedAt) {
    public static final long DEFAULT_MAX_SHARD_BYTES = 5_000_000_000L;

    public RunRequest {
        evaluation = Map.copyOf(evaluation);
        overrides = overrides == null || overrides.isEmpty() ? null : List.copyOf(overrides);
        if (adapters != null) {
            adapters = List.copyOf(adapters);
            if (adapters.isEmpty() || adapter != null) {
                throw new IllegalArgumentException(
                        "a request has either 'adapter' or 'adapters', and the latter names at least one");
            }
        }
        if (maxShardBytes < 1 << 20) {
            throw new IllegalArgumentException("maxShardBytes " + maxShardBytes + " is under 1 MiB");
        }
    }

    /** A request with every choice at its default, which {@link RequestBuilder} states. */
    public static RequestBuilder builder(RunRef run, String model, String base) {
        return new RequestBuilder(run, model, base);
    }

    /** A builder that begins with what this request says. */
    public RequestBuilder toBuilder() {
        return new RequestBuilder(this);
    }

    /** The overrides that are asked for. */
    public List<GateOverride> overridden() {
        return overrides == null ? List.of() : overrides;
    }

    /** Whether anything is merged. */
    public boolean hasAdapters() {
        return adapter != null || adapters != null;
    }

    /** What to do with copies of base tensors. */
    public MirrorPolicy mirrorPolicy() {
        return mirrors == null ? MirrorPolicy.REFUSE : mirrors;
    }

    /** The same of exact places, where no checkpoint needs to be chosen any more; {@code others} are as many adapters as before. */
    public RunRequest from(String otherBase, List<WeightedAdapter> others) {
        return toBuilder().base(otherBase).adapters(others).checkpoint(null).build();
    }

    /** The adapters, in the order in which they are applied; IllegalStateException for a request that has none. */
    public List<WeightedAdapter> requireAdapters() {
        if (adapters != null) {
            return adapters;
        }
        if (adapter == null) {
            throw new IllegalStateException("run " + run + " has no adapter");
        }
        return List.of(WeightedAdapter.whole(adapter));
    }

    /** What training saw of the base, as the request declares it. */
    public enum TrainedOn {
        /** Not declared: evidence in the files decides, and where there is none the verdict says so. */
        UNDECLARED,
        /** The base as it stands: 16 bit, or packed in 4 bit in the file. */
        BASE_AS_STORED,
        /** A 16-bit base that was quantized while loading, by {@code quantizationConfig}. */
        QUANTIZED_WHILE_LOADING
    }

    /** Which base an adapter is merged onto. */
    public enum MergeBase {
        /** What training saw: quantized and dequantized where it saw 4 bit. */
        TRAINED,
        /** The 16-bit tensors of the base, although training saw 4 bit. */
        ORIGINAL,
        /** Both are merged and measured, and the better one counts. */
        MEASURED
    }

    /** What to do where a training checkpoint's own copy of a base tensor differs from the base. */
    public enum MirrorPolicy {
        REFUSE,
        /** The base counts; the report says what differs. */
        BASE,
        /** The checkpoint's copy counts, as far as it holds values; the report says what differs. */
        CHECKPOINT
    }

    /** dtype of the merged tensors. */
    public enum OutputDType {
        AUTO,
        FLOAT16,
        BFLOAT16,
        FLOAT32
    }

    /** What to do about input and output embeddings that share one matrix. */
    public enum TiePolicy {
        /** Follow the unmerged model: untie if the ends come out different, stay tied if equal. */
        AUTO,
        KEEP,
        UNTIE,
        REFUSE
    }

    /** How much validate measures. */
    public enum ValidationLevel {
        OFF,
        STRUCTURE,
        SMOKE,
        FULL
    }
}
