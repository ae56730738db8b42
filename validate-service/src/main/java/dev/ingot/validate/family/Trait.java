package dev.ingot.validate.family;

/** What some families do and most do not. */
public enum Trait {
    /** Queries and keys are normed per head. */
    HEAD_NORMS,
    /** Values are normed per head, without weight. */
    VALUE_NORM,
    /** Products of query and key are not scaled. */
    UNSCALED,
    /** Embedding rows are multiplied by the square root of their width. */
    SCALED_EMBEDDING,
    /** Positions are learned and added to the embedding, not turned into queries and keys. */
    LEARNED_POSITIONS,
    /** Every nth layer sees no positions ({@code no_rope_layers}). */
    SOME_WITHOUT_ROPE,
    /** Projections are transformers' Conv1D, stored as [in, out]. */
    CONV1D,
    /** Feed-forward blocks have one projection in and no gate. */
    UNGATED,
    /** Every head has a score beside those of the positions ({@code sinks}). */
    SINKS,
    /** Queries of late positions grow ({@code llama_4_scaling_beta}). */
    TEMPERATURE,
    /** What heads put out is gated by a part of the query's projection. */
    GATED_HEADS,
    /** Layers that {@code layer_types} calls {@code linear_attention} have a gated delta net. */
    DELTA_NET,
    /** Full attention has heads of another size and number ({@code global_head_dim}), the last layer is one, and upper layers share keys. */
    GEMMA4_HEADS,
    /** Every layer has an input of its own where {@code hidden_size_per_layer_input} says so, and ends in a scalar. */
    LAYER_INPUTS,
    /** Scores are capped by {@code attn_logit_softcapping}: others of Gemma have the member, and their code does not read it. */
    CAPPED_SCORES,
    /** Rotary embeddings that are not scaled turn {@code partial_rotary_factor} of a head too: others read that only where they scale. */
    PARTLY_TURNED,
    /** Gemma's files say gelu where the code computes its tanh form. */
    TANH_CALLED_GELU
}
