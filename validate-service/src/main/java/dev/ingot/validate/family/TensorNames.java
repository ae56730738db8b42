package dev.ingot.validate.family;

/**
 * What a family calls its parts; layers stand under {@code layers + "." + index}.
 *
 * @param query with key and value: three names, or one name three times where they are fused in that order
 * @param gate with up: two names, or one name twice where they are fused in that order
 * @param afterAttention empty where the family has no such norm
 * @param afterFeedForward likewise
 */
public record TensorNames(
        String embedding,
        String layers,
        String finalNorm,
        String head,
        String beforeAttention,
        String query,
        String key,
        String value,
        String output,
        String afterAttention,
        String beforeFeedForward,
        String gate,
        String up,
        String down,
        String afterFeedForward) {

    /** The names that Llama brought and most families kept. */
    public static final TensorNames LLAMA = new TensorNames(
            "model.embed_tokens",
            "model.layers",
            "model.norm",
            "lm_head",
            "input_layernorm",
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "",
            "post_attention_layernorm",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
            "");

    /** Phi-3: Llama's names with fused projections. */
    public static final TensorNames FUSED = new TensorNames(
            "model.embed_tokens",
            "model.layers",
            "model.norm",
            "lm_head",
            "input_layernorm",
            "self_attn.qkv_proj",
            "self_attn.qkv_proj",
            "self_attn.qkv_proj",
            "self_attn.o_proj",
            "",
            "post_attention_layernorm",
            "mlp.gate_up_proj",
            "mlp.gate_up_proj",
            "mlp.down_proj",
            "");

    /** Gemma 2 and 3: a norm before and after each block. */
    public static final TensorNames SANDWICHED = new TensorNames(
            "model.embed_tokens",
            "model.layers",
            "model.norm",
            "lm_head",
            "input_layernorm",
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "post_attention_layernorm",
            "pre_feedforward_layernorm",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
            "post_feedforward_layernorm");

    boolean fusedAttention() {
        return query.equals(key);
    }

    boolean fusedFeedForward() {
        return gate.equals(up);
    }
}
