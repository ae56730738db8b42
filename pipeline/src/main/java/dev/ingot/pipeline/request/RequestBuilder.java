package dev.ingot.pipeline.request;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RunRequest} on its way: what is not said keeps its default, which is one exported adapter or none, full validation, and no override. The components are
 * those of the request.
 */
public final class RequestBuilder {
    private final RunRef run;
    private final String model;
    private String base;
    private @Nullable String adapter;
    private @Nullable List<WeightedAdapter> adapters;
    private TrainedOn trainedOn = TrainedOn.UNDECLARED;
    private @Nullable String quantizationConfig;
    private MergeBase mergeBase = MergeBase.TRAINED;
    private @Nullable String originalBase;
    private boolean swapNibbles;
    private boolean baseIsResidual;
    private @Nullable String adapterConfig;
    private @Nullable MirrorPolicy mirrors;
    private @Nullable String checkpoint;
    private OutputDType dtype = OutputDType.AUTO;
    private TiePolicy tie = TiePolicy.AUTO;
    private ValidationLevel validate = ValidationLevel.FULL;
    private long maxShardBytes = RunRequest.DEFAULT_MAX_SHARD_BYTES;
    private Map<String, String> evaluation = Map.of();
    private @Nullable List<GateOverride> overrides;
    private boolean provenance;
    private String submittedBy = "";
    private Instant submittedAt = Instant.EPOCH;

    RequestBuilder(RunRef run, String model, String base) {
        this.run = run;
        this.model = model;
        this.base = base;
    }

    RequestBuilder(RunRequest request) {
        this(request.run(), request.model(), request.base());
        adapter = request.adapter();
        adapters = request.adapters();
        trainedOn = request.trainedOn();
        quantizationConfig = request.quantizationConfig();
        mergeBase = request.mergeBase();
        originalBase = request.originalBase();
        swapNibbles = request.swapNibbles();
        baseIsResidual = request.baseIsResidual();
        adapterConfig = request.adapterConfig();
        mirrors = request.mirrors();
        checkpoint = request.checkpoint();
        dtype = request.dtype();
        tie = request.tie();
        validate = request.validate();
        maxShardBytes = request.maxShardBytes();
        evaluation = request.evaluation();
        overrides = request.overrides();
        provenance = request.provenance();
        submittedBy = request.submittedBy();
        submittedAt = request.submittedAt();
    }

    public RequestBuilder base(String base) {
        this.base = base;
        return this;
    }

    /** The only one, which counts as it was trained. */
    public RequestBuilder adapter(@Nullable String adapter) {
        this.adapter = adapter;
        adapters = null;
        return this;
    }

    /** In the order in which they are applied; none, one that counts as it was trained, or several. */
    public RequestBuilder adapters(List<WeightedAdapter> inOrder) {
        adapter = WeightedAdapter.alone(inOrder).orElse(null);
        adapters = adapter != null || inOrder.isEmpty() ? null : inOrder;
        return this;
    }

    public RequestBuilder trainedOn(TrainedOn trainedOn) {
        this.trainedOn = trainedOn;
        return this;
    }

    public RequestBuilder quantizationConfig(@Nullable String quantizationConfig) {
        this.quantizationConfig = quantizationConfig;
        return this;
    }

    public RequestBuilder mergeBase(MergeBase mergeBase) {
        this.mergeBase = mergeBase;
        return this;
    }

    public RequestBuilder originalBase(@Nullable String originalBase) {
        this.originalBase = originalBase;
        return this;
    }

    public RequestBuilder swapNibbles(boolean swapNibbles) {
        this.swapNibbles = swapNibbles;
        return this;
    }

    public RequestBuilder baseIsResidual(boolean baseIsResidual) {
        this.baseIsResidual = baseIsResidual;
        return this;
    }

    public RequestBuilder adapterConfig(@Nullable String adapterConfig) {
        this.adapterConfig = adapterConfig;
        return this;
    }

    /** {@code REFUSE} is what counts without a choice, and is stored as none. */
    public RequestBuilder mirrors(@Nullable MirrorPolicy mirrors) {
        this.mirrors = mirrors == MirrorPolicy.REFUSE ? null : mirrors;
        return this;
    }

    public RequestBuilder checkpoint(@Nullable String checkpoint) {
        this.checkpoint = checkpoint;
        return this;
    }

    public RequestBuilder dtype(OutputDType dtype) {
        this.dtype = dtype;
        return this;
    }

    public RequestBuilder tie(TiePolicy tie) {
        this.tie = tie;
        return this;
    }

    public RequestBuilder validate(ValidationLevel validate) {
        this.validate = validate;
        return this;
    }

    public RequestBuilder maxShardBytes(long maxShardBytes) {
        this.maxShardBytes = maxShardBytes;
        return this;
    }

    public RequestBuilder evaluation(Map<String, String> evaluation) {
        this.evaluation = evaluation;
        return this;
    }

    public RequestBuilder overrides(@Nullable List<GateOverride> overrides) {
        this.overrides = overrides;
        return this;
    }

    public RequestBuilder provenance(boolean provenance) {
        this.provenance = provenance;
        return this;
    }

    public RequestBuilder submitted(String by, Instant at) {
        submittedBy = by;
        submittedAt = at;
        return this;
    }

    /** IllegalArgumentException where {@link RunRequest} says so. */
    public RunRequest build() {
        return new RunRequest(
                1,
                run,
                model,
                base,
                adapter,
                adapters,
                trainedOn,
                quantizationConfig,
                mergeBase,
                originalBase,
                swapNibbles,
                baseIsResidual,
                adapterConfig,
                mirrors,
                checkpoint,
                dtype,
                tie,
                validate,
                maxShardBytes,
                evaluation,
                overrides,
                provenance,
                submittedBy,
                submittedAt);
    }
}
