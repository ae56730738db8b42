package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.BaseStatement.Kind;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be said of a base that nobody declares to be quantized while loading, from the request's declaration and the evidence in the files. */
final class BaseStatements {
    private static final String FLAG = "--trained-on stored";

    private BaseStatements() {}

    static BaseStatement of(BaseModel base, List<AdapterConfig> adapters, RunRequest request) {
        if (request.mergeBase() == MergeBase.MEASURED) {
            throw new IllegalArgumentException(
                    "a plan is onto one form of the base, and run %s asks for both".formatted(request.run()));
        }
        if (!base.quantized().isEmpty()) {
            requireTrained(request);
            return new BaseStatement(
                    Kind.PACKED,
                    true,
                    QuantizationMethods.statement(base.quantized().values()));
        }
        if (request.trainedOn() == TrainedOn.BASE_AS_STORED) {
            return new BaseStatement(
                    Kind.STORED,
                    true,
                    "Merged onto the base as it is stored, which training saw, as the request says.");
        }
        return request.mergeBase() == MergeBase.ORIGINAL
                ? new BaseStatement(
                        Kind.STORED,
                        false,
                        "Merged onto the base as it is stored, as the request says (merge base original), whatever training saw.")
                : new BaseStatement(Kind.STORED, false, unknown(base, adapters));
    }

    private static void requireTrained(RunRequest request) {
        if (request.mergeBase() == MergeBase.ORIGINAL) {
            throw new RefusedInput(
                    "request.merge-base",
                    "The request asks for a merge onto the original 16-bit tensors, but the base holds quantized ones.",
                    "name the 16-bit original as base");
        }
    }

    /** Of a run without an adapter: which base its output is. */
    static BaseStatement withoutAdapter(BaseModel base) {
        return base.quantized().isEmpty()
                ? new BaseStatement(Kind.STORED, true, "It is the base as it is stored.")
                : new BaseStatement(
                        Kind.PACKED,
                        true,
                        "It is "
                                + QuantizationMethods.described(base.quantized().values()) + ".");
    }

    private static String unknown(BaseModel base, List<AdapterConfig> adapters) {
        Optional<String> packedName = adapters.stream()
                .flatMap(adapter -> adapter.baseModel().stream())
                .filter(name -> name.toLowerCase(Locale.ROOT).contains("bnb-4bit"))
                .findFirst();
        String evidence = packedName
                .map(name ->
                        " The adapter names " + name + ", a 4-bit base: merging onto that would be nearer to training.")
                .orElse("");
        return "Merged onto %s; whether training saw 4 bit is not known.".formatted(stored(base)) + evidence
                + " If training used the base as it is stored, say " + FLAG
                + "; if training quantized it, say how with --quantization-config (nf4-double, …), or name the saved 4-bit checkpoint as base.";
    }

    /** Of matrices alone: some tools keep norms in float32. */
    private static String stored(BaseModel base) {
        boolean wide = base.parameters().values().stream()
                .filter(tensor -> tensor.shape().rank() > 1)
                .map(LocatedTensor::dtype)
                .filter(DType::isMergeable)
                .allMatch(DType.F32::equals);
        return wide ? "float32" : "16 bit";
    }
}
