package dev.ingot.validate.family;

import java.util.List;

/**
 * What a family calls its parts, under the body of the model; layers stand under {@code layers + "." + index}.
 *
 * @param query with key and value: three names, or one name three times where they are fused in that order
 * @param gate with up: two names, or one name twice where they are fused in that order or there is only one
 * @param afterAttention empty where the family has no such norm
 * @param afterFeedForward likewise
 * @param mixtures what a block with experts is called, of which a file has one
 */
public record TensorNames(
        String embedding,
        String layers,
        String finalNorm,
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
        String afterFeedForward,
        List<String> mixtures) {
    public TensorNames {
        mixtures = List.copyOf(mixtures);
    }

    /** The names that Llama brought and most families kept. */
    public static final TensorNames LLAMA = new TensorNames(
            "embed_tokens",
            "layers",
            "norm",
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
            "",
            List.of("mlp", "block_sparse_moe"));

    /** Phi-3: Llama's names with fused projections. */
    public static final TensorNames FUSED = new TensorNames(
            "embed_tokens",
            "layers",
            "norm",
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
            "",
            List.of());

    /** Gemma from 2 on: a norm before and after each block. */
    public static final TensorNames SANDWICHED = new TensorNames(
            "embed_tokens",
            "layers",
            "norm",
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
            "post_feedforward_layernorm",
            List.of());

    /** GPT-2. */
    public static final TensorNames GPT2 = new TensorNames(
            "wte",
            "h",
            "ln_f",
            "ln_1",
            "attn.c_attn",
            "attn.c_attn",
            "attn.c_attn",
            "attn.c_proj",
            "",
            "ln_2",
            "mlp.c_fc",
            "mlp.c_fc",
            "mlp.c_proj",
            "",
            List.of());

    boolean fusedAttention() {
        return query.equals(key);
    }

    boolean fusedFeedForward() {
        return gate.equals(up);
    }
}
