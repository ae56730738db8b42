package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.loading.LoadedBase;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.BaseStatement.Kind;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import java.util.Optional;

/**
 * A request's word that training quantized the base while loading it.
 *
 * @param original whether the adapter is merged onto the 16-bit tensors all the same
 */
record DeclaredQuantization(TrainingQuantization quantization, boolean original) {
    /** What the request declares; empty when it declares nothing of the kind, or only what a packed base says itself. */
    static Optional<DeclaredQuantization> of(BaseModel base, RunRequest request) {
        if (request.quantizationConfig() == null) {
            if (request.trainedOn() == TrainedOn.QUANTIZED_WHILE_LOADING) {
                throw new RefusedInput(
                        "request.quantization-config",
                        "The request says that training quantized the base while loading it, but not how.",
                        "give the BitsAndBytesConfig of training (--quantization-config FILE), or a ready name: "
                                + String.join(", ", TrainingQuantization.readyNames()));
            }
            return Optional.empty();
        }
        TrainingQuantization quantization = TrainingQuantization.read(request.quantizationConfig());
        if (!base.quantized().isEmpty()) {
            requireSame(base, quantization);
            return Optional.empty();
        }
        return Optional.of(new DeclaredQuantization(quantization, request.mergeBase() == MergeBase.ORIGINAL));
    }

    /** A packed base is what training saw; a config may stand beside it only if it says the same. */
    private static void requireSame(BaseModel base, TrainingQuantization asked) {
        boolean same = base.config()
                .quantization()
                .filter(own -> own.text("quant_method").orElse("bitsandbytes").equals("bitsandbytes"))
                .map(own -> TrainingQuantization.read(Json.writeCompact(own))
                        .scheme()
                        .equals(asked.scheme()))
                .orElse(false);
        if (!same) {
            throw new RefusedInput(
                    "quantization-config.packed-base",
                    "The base is quantized in the file already, in another way than the quantization config says (%s): nothing was quantized while loading."
                            .formatted(asked.scheme().words()),
                    "leave the quantization config out, or name the 16-bit base that training loaded");
        }
    }

    /** @param trainedClass the class that training loaded the base into; empty: the base's own */
    TrainedBase applied(BaseModel base, String trainedClass) {
        return original ? left(base) : quantized(base, trainedClass, "Merged onto the base");
    }

    /** The base of a run that merges nothing. */
    TrainedBase alone(BaseModel base) {
        return quantized(base, "", "It is the base");
    }

    private TrainedBase left(BaseModel base) {
        String sentence =
                ("Merged onto the 16-bit base, as the request says (merge base original), although training saw it quantized to %s:"
                                + " what the adapter learned of the quantization's error is not made good.")
                        .formatted(quantization.scheme().words());
        return new TrainedBase(
                base, Optional.empty(), new BaseStatement(Kind.QUANTIZED_WHILE_LOADING, false, sentence));
    }

    private TrainedBase quantized(BaseModel base, String trainedClass, String subject) {
        LoadedBase loaded = LoadedBase.of(
                quantization, base.config(), trainedClass, base.parameters().values());
        if (loaded.quantizedCount() == 0) {
            throw new RefusedInput(
                    "quantization-config.nothing-quantized",
                    "By the quantization config, %s would have quantized no tensor of this base."
                            .formatted(loaded.generation()),
                    "check --base and llm_int8_skip_modules");
        }
        String known = loaded.assumption().isEmpty()
                ? "loaded it for training, as the request says"
                : "(assumed: the request does not say) loaded it for training";
        String sentence = "%s as %s %s: cast to %s, %d of %d tensors quantized to %s and dequantized. %s"
                .formatted(
                        subject,
                        loaded.generation(),
                        known,
                        loaded.dtype().torchName(),
                        loaded.quantizedCount(),
                        loaded.tensors().size(),
                        quantization.scheme().words(),
                        quantization.scheme().certainty(loaded.dtype()));
        return new TrainedBase(
                base, Optional.of(loaded), new BaseStatement(Kind.QUANTIZED_WHILE_LOADING, true, sentence));
    }
}
