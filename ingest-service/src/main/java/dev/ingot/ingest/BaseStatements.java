package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.BaseStatement.Kind;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import java.util.Locale;
import java.util.Optional;

/** What can be said of the base that training saw, from the request's declaration and the evidence in the files. */
final class BaseStatements {
    private static final String FLAG = "--trained-on stored";

    private BaseStatements() {}

    static BaseStatement of(BaseModel base, AdapterConfig adapter, RunRequest request) {
        if (request.trainedOn() == TrainedOn.QUANTIZED_WHILE_LOADING || request.quantizationConfig() != null) {
            throw new RefusedInput(
                    "request.unsupported",
                    "The request says that the base was quantized while loading; this version of Ingot cannot reproduce that yet.",
                    "save the quantized base with bitsandbytes and name that as base");
        }
        if (!base.quantized().isEmpty()) {
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
        return new BaseStatement(Kind.STORED, false, unknown(adapter));
    }

    private static String unknown(AdapterConfig adapter) {
        Optional<String> packedName =
                adapter.baseModel().filter(name -> name.toLowerCase(Locale.ROOT).contains("bnb-4bit"));
        String evidence = packedName
                .map(name ->
                        " The adapter names " + name + ", a 4-bit base: merging onto that would be nearer to training.")
                .orElse("");
        return "Merged onto 16 bit; whether training saw 4 bit is not known." + evidence
                + " If training used the base as it is stored, say " + FLAG
                + "; if it was quantized to 4 bit, name the 4-bit checkpoint as base.";
    }
}
