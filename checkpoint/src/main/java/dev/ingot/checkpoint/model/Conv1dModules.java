package dev.ingot.checkpoint.model;

import java.util.Set;

/**
 * Which modules are transformers' {@code Conv1D}, whose weight is stored as [in, out]. Decided by model type and name, never by shape: GPT-2's
 * {@code attn.c_proj} is square.
 */
public final class Conv1dModules {
    private static final Set<String> MODEL_TYPES =
            Set.of("gpt2", "openai-gpt", "imagegpt", "decision_transformer", "clvp");
    private static final Set<String> NAMES = Set.of("c_attn", "q_attn", "c_proj", "c_fc");

    private Conv1dModules() {}

    /** Whether {@code module} (a path) of a model of this type is a Conv1D. */
    public static boolean isConv1d(String modelType, String module) {
        return MODEL_TYPES.contains(modelType) && NAMES.contains(module.substring(module.lastIndexOf('.') + 1));
    }
}
