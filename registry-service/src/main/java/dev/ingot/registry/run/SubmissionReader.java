package dev.ingot.registry.run;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.codec.UnreadableDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads what a team sent. */
final class SubmissionReader {
    private static final List<String> CONFIGS = List.of("quantizationConfig", "adapterConfig");

    private SubmissionReader() {}

    /** RefusedInput {@code request.unreadable} naming the member that does not fit. */
    static Submission read(byte[] json) {
        try {
            JsonObject body = Json.parseObject(json, "the request");
            JsonObject flat = body;
            // A run's request carries the objects of transformers and PEFT as text, because only ingest knows what
            // stands in them.
            for (String name : CONFIGS) {
                JsonObject before = flat;
                flat = before.object(name)
                        .map(config -> before.with(List.of(name), new JsonText(Json.writeCompact(config))))
                        .orElse(before);
            }
            byte[] bytes = Json.writeCompact(flat).getBytes(StandardCharsets.UTF_8);
            return Documents.read(bytes, Submission.class, "the request");
        } catch (UnreadableDocument e) {
            throw unreadable(e.getMessage(), e);
        } catch (RefusedInput e) {
            throw unreadable(String.valueOf(e.getMessage()), e);
        }
    }

    private static RefusedInput unreadable(String problem, RuntimeException cause) {
        return new RefusedInput(
                "request.unreadable",
                problem + ".",
                "Send a JSON object with model, base, adapter (or adapters) and trainedOn; run, quantizationConfig, mergeBase, originalBase, swapNibbles, baseIsResidual, adapterConfig, mirrors, checkpoint, dtype, tie, validate,"
                        + " maxShardBytes, evaluation, overrides and submittedBy may be left out.",
                cause);
    }
}
