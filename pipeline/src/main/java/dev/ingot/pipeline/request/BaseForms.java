package dev.ingot.pipeline.request;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.util.List;
import java.util.Locale;

/** The forms of its base that a run is merged onto: one, or two where measurement decides which of them counts. */
public final class BaseForms {
    private BaseForms() {}

    /**
     * The request of each merge that a run asks for: itself, or for {@code measured} the merge onto what training saw and then the one onto the original.
     *
     * @throws RefusedInput {@code merge-base.one} where only one form is named, {@code merge-base.unused-original} where one too many is, {@code merge-base.not-measured} where the request asks for too little measurement
     */
    public static List<RunRequest> of(RunRequest request) {
        if (request.mergeBase() != MergeBase.MEASURED) {
            requireNoOther(request);
            return List.of(request);
        }
        requireTwo(request);
        requireMeasured(request.validate());
        RequestBuilder trained =
                request.toBuilder().mergeBase(MergeBase.TRAINED).originalBase(null);
        return List.of(trained.build(), original(request));
    }

    /** A base that is packed in its file has another place; one that was quantized while loading is its own original. */
    private static RunRequest original(RunRequest request) {
        String other = request.originalBase();
        RequestBuilder original =
                request.toBuilder().mergeBase(MergeBase.ORIGINAL).originalBase(null);
        return other == null
                ? original.build()
                : original.base(other)
                        .trainedOn(TrainedOn.UNDECLARED)
                        .quantizationConfig(null)
                        .build();
    }

    private static void requireNoOther(RunRequest request) {
        if (request.originalBase() != null) {
            throw new RefusedInput(
                    "merge-base.unused-original",
                    "The request names an original of its base, %s, but the merge base is '%s', which has no use for it."
                            .formatted(
                                    request.originalBase(),
                                    request.mergeBase().name().toLowerCase(Locale.ROOT)),
                    "say --merge-base measured (mergeBase) to have both compared; or leave the original out, or name it as base");
        }
    }

    private static void requireTwo(RunRequest request) {
        if (request.originalBase() == null && request.quantizationConfig() == null) {
            throw new RefusedInput(
                    "merge-base.one",
                    "A merge base by measurement needs two forms of the base, and only one is named.",
                    "name the 16-bit original of a quantized base with --original-base (originalBase); or, where training quantized a 16-bit base while loading,"
                            + " say how with --quantization-config (quantizationConfig)");
        }
    }

    private static void requireMeasured(ValidationLevel level) {
        if (level == ValidationLevel.OFF || level == ValidationLevel.STRUCTURE) {
            throw new RefusedInput(
                    "merge-base.not-measured",
                    "The merge base is to be chosen by measurement, and validate=%s measures nothing."
                            .formatted(level.name().toLowerCase(Locale.ROOT)),
                    "ask for validate smoke or full, or for the merge base trained or original");
        }
    }
}
