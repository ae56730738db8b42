package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Types of adapters that are not merged, each with its reason and what to do. */
final class UnmergeableTypes {
    private static final String SERVE = "serve it with PEFT beside its base, or train a type that can be merged";
    private static final String PEFT = "merge it with PEFT on the dequantized base";
    private static final Map<String, Reason> REASONS = reasons();

    private UnmergeableTypes() {}

    private record Reason(String why, String remedy) {}

    /** RefusedInput {@code adapter.unsupported-type} for a type that Ingot does not merge. */
    static RefusedInput refusal(String peftType) {
        Reason reason = Optional.ofNullable(REASONS.get(peftType))
                .orElse(new Reason("it is no type that Ingot knows", PEFT + " if PEFT knows it"));
        return new RefusedInput(
                "adapter.unsupported-type",
                "The adapter is of type '%s', which is not merged: %s.".formatted(peftType, reason.why()),
                reason.remedy());
    }

    private static Map<String, Reason> reasons() {
        Map<String, Reason> reasons = new LinkedHashMap<>();
        Reason prompt =
                new Reason("it puts trained vectors before the prompt and leaves the weights as they are", SERVE);
        for (String type : new String[] {
            "PROMPT_TUNING", "MULTITASK_PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "CPT", "CARTRIDGE"
        }) {
            reasons.put(type, prompt);
        }
        reasons.put(
                "ADAPTION_PROMPT",
                new Reason("it adds a gated attention to trained prompts, which no weight can hold", SERVE));
        reasons.put("XLORA", new Reason("it mixes adapters by what each token needs", SERVE));
        reasons.put("POLY", new Reason("it mixes adapters by the task of each input", SERVE));
        reasons.put("LILY", new Reason("it routes between adapters by their input", SERVE));
        reasons.put("SHADOW", new Reason("it runs a second network beside the model", SERVE));
        reasons.put("WAVEFT", new Reason("its inverse wavelet transform is not implemented", PEFT));
        reasons.put("UNILORA", new Reason("its indices have to be drawn again by numpy's generator, bit by bit", PEFT));
        reasons.put(
                "FROD",
                new Reason("its left basis is a solution in float64 of every layer, and not in the file", PEFT));
        reasons.put(
                "PSOFT", new Reason("its bases are singular vectors whose sign and order depend on the machine", PEFT));
        reasons.put(
                "ADAMSS",
                new Reason("it clusters singular vectors at random, and the clusters are not in the file", PEFT));
        return reasons;
    }
}
