package dev.ingot.checkpoint.adapter;

/**
 * What an adapter's key says.
 *
 * @param raw as it stands in the file
 * @param module path in the base model, without PEFT's prefix and wrappers; empty for a parameter of the model itself
 * @param parameter for WHOLE and BASE_LAYER: the parameter of that module ({@code weight}); for OPERAND and SHARED the tensor's name; empty otherwise
 */
public record AdapterKey(String raw, String module, Role role, String parameter) {
    /** What the tensor under the key is. */
    public enum Role {
        LORA_A,
        LORA_B,
        LORA_B_BIAS,
        EMBEDDING_A,
        EMBEDDING_B,
        /** DoRA's magnitude. */
        MAGNITUDE,
        /** KaSA's diagonal between A and B. */
        DIAGONAL,
        /** Rows of an embedding that were trained. */
        TOKENS,
        /** The adapter's own copy of the parameter that it wraps. */
        BASE_LAYER,
        /** A parameter saved whole: modules_to_save, a bias, a resized embedding. */
        WHOLE,
        /** A tensor that a type other than LoRA has for a module; {@code parameter} is its name. */
        OPERAND,
        /** A tensor that all modules of such an adapter share; it has no module. */
        SHARED,
        /** The frozen original beside a module that was saved whole. */
        ORIGINAL
    }

    /** Name of the parameter in the base model: {@code module.parameter}. */
    public String target() {
        if (module.isEmpty()) {
            return parameter;
        }
        return parameter.isEmpty() ? module + ".weight" : module + "." + parameter;
    }
}
