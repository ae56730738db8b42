package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterKey;

/**
 * Where a LoRA's pair belongs.
 *
 * @param parameter that it changes
 * @param module whose rank and alpha count, and which target_modules has to name
 */
record LoraPlace(String parameter, String module, Layer layer) {
    private static final String OUTPUT = ".base_layer.out_proj";

    /** What kind of layer wraps the parameter, where that changes the formula. */
    enum Layer {
        PLAIN,
        /** The three projections of torch's MultiheadAttention, in one matrix. */
        ATTENTION_INPUT,
        /** Its output, which PEFT wraps inside of the wrapped attention. */
        ATTENTION_OUTPUT
    }

    static LoraPlace of(BaseModel base, AdapterKey key) {
        String module = key.module();
        if (isAttention(base, module)) {
            return new LoraPlace(inputOf(module), module, Layer.ATTENTION_INPUT);
        }
        if (module.endsWith(OUTPUT)) {
            String attention = module.substring(0, module.length() - OUTPUT.length());
            if (isAttention(base, attention)) {
                return new LoraPlace(attention + ".out_proj.weight", attention, Layer.ATTENTION_OUTPUT);
            }
        }
        return new LoraPlace(module + ".weight", module, Layer.PLAIN);
    }

    private static boolean isAttention(BaseModel base, String module) {
        return base.has(inputOf(module));
    }

    private static String inputOf(String attention) {
        return attention + ".in_proj_weight";
    }
}
