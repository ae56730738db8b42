package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.validate.family.AttentionRecipe.Keys;
import dev.ingot.validate.family.AttentionRecipe.Scores;
import dev.ingot.validate.family.AttentionRecipe.Temperature;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Resolves the attention of every layer. */
final class AttentionReader {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    private final Parts parts;
    private final JsonObject config;
    private final int layers;
    private final Map<String, Rope> ropes = new HashMap<>();

    AttentionReader(Parts parts) {
        this.parts = parts;
        this.config = parts.config();
        this.layers = parts.whole("num_hidden_layers");
        boolean all = config.text("use_bidirectional_attention").orElse("").equals("all");
        if (all || config.bool("use_bidirectional_attention").orElse(false)) {
            throw new UnknownFamily("attention that looks ahead");
        }
    }

    BlockRecipe.Attention read(int layer) {
        String prefix = parts.layer(layer);
        return new BlockRecipe.Attention(
                parts.norm(prefix + parts.names().beforeAttention()),
                attention(prefix, layer),
                parts.optionalNorm(prefix, parts.names().afterAttention()));
    }

    private AttentionRecipe attention(String prefix, int layer) {
        TensorNames names = parts.names();
        int heads = parts.whole("num_attention_heads");
        int width = headWidth(layer);
        int keyHeads = keyHeads(layer);
        long queryRows = (long) heads * width;
        boolean gated = parts.has(Trait.GATED_HEADS);
        boolean inputs = parts.family().attentionBias().onInputs(config, "attention_bias");
        boolean output = parts.family().attentionBias().onOutput(config, "attention_bias");
        long stored = queryRows + 2L * keyHeads * width;
        return new AttentionRecipe(
                parts.linear(
                        prefix + names.query(), 0, gated ? 2 * queryRows : queryRows, parts.hidden(), stored, inputs),
                keys(prefix, layer, keyHeads, width, queryRows, inputs),
                parts.linear(prefix + names.output(), parts.hidden(), queryRows, output),
                heads,
                keyHeads,
                width,
                headNorm(prefix + "self_attn.q_norm", width),
                rope(layer, width),
                scores(prefix, layer, heads, width),
                gated);
    }

    private Keys keys(String prefix, int layer, int keyHeads, int width, long queryRows, boolean bias) {
        int firstSharing = firstSharing();
        if (layer >= firstSharing) {
            return new Keys.Kept(kind(layer));
        }
        TensorNames names = parts.names();
        long rows = (long) keyHeads * width;
        long fused = names.fusedAttention() ? 1 : 0;
        long stored = queryRows + 2 * rows;
        Linear key = parts.linear(prefix + names.key(), fused * queryRows, rows, parts.hidden(), stored, bias);
        Linear value = sharesProjection(layer)
                ? key
                : parts.linear(prefix + names.value(), fused * (queryRows + rows), rows, parts.hidden(), stored, bias);
        return new Keys.Own(
                key,
                value,
                headNorm(prefix + "self_attn.k_norm", width),
                parts.has(Trait.VALUE_NORM) ? Optional.of(NormRecipe.plain(width, parts.epsilon())) : Optional.empty(),
                firstSharing < layers && isLastOfItsKind(layer, firstSharing)
                        ? Optional.of(kind(layer))
                        : Optional.empty());
    }

    private Optional<NormRecipe> headNorm(String module, int width) {
        return parts.has(Trait.HEAD_NORMS) ? Optional.of(parts.norm(module, width)) : Optional.empty();
    }

    private Scores scores(String prefix, int layer, int heads, int width) {
        return new Scores(
                scale(layer, width),
                window(layer),
                parts.has(Trait.CAPPED_SCORES)
                        ? config.number("attn_logit_softcapping").orElse(0.0)
                        : 0,
                parts.has(Trait.SINKS)
                        ? Optional.of(Rectangle.vector(prefix + "self_attn.sinks", 0, heads))
                        : Optional.empty(),
                temperature());
    }

    private double scale(int layer, int width) {
        if (parts.has(Trait.UNSCALED) || !config.bool("scale_attn_weights").orElse(true)) {
            return byLayer(layer);
        }
        return byLayer(layer) / Math.sqrt(config.number("query_pre_attn_scalar").orElse((double) width));
    }

    private double byLayer(int layer) {
        return config.bool("scale_attn_by_inverse_layer_idx").orElse(false) ? 1.0 / (layer + 1) : 1;
    }

    private Optional<Temperature> temperature() {
        if (!parts.has(Trait.TEMPERATURE)) {
            return Optional.empty();
        }
        JsonObject rope = RopeReader.of(parts, false).parameters();
        return rope.number("llama_4_scaling_beta")
                .map(beta -> new Temperature(
                        beta,
                        rope.integer("original_max_position_embeddings")
                                .or(() -> config.integer("max_position_embeddings"))
                                .orElseThrow(() ->
                                        new UnknownFamily("a temperature without original_max_position_embeddings"))));
    }

    private Optional<Rope> rope(int layer, int width) {
        if (parts.has(Trait.LEARNED_POSITIONS) || parts.has(Trait.SOME_WITHOUT_ROPE) && !turns(layer)) {
            return Optional.empty();
        }
        String key = kind(layer) + " " + width;
        return Optional.of(ropes.computeIfAbsent(
                key, name -> RopeReader.of(parts, kind(layer).equals(SLIDING)).read(width)));
    }

    /** SmolLM3: 1 in {@code no_rope_layers} is a layer that does turn. */
    private boolean turns(int layer) {
        Optional<Boolean> listed = config.array("no_rope_layers")
                .map(array -> array.values())
                .filter(values -> values.size() > layer)
                .map(values -> values.get(layer) instanceof JsonNumber number && number.asLong() != 0);
        return listed.orElseGet(() -> (layer + 1) % parts.whole("no_rope_layer_interval") != 0);
    }

    private boolean isSliding(int layer) {
        boolean lastOfGemma4 = parts.has(Trait.GEMMA4_HEADS) && layer == layers - 1;
        return !lastOfGemma4 && parts.family().windows().isSliding(config, layer);
    }

    private int window(int layer) {
        return isSliding(layer) ? parts.family().windows().windowOf(config, layer) : 0;
    }

    private String kind(int layer) {
        return isSliding(layer) ? SLIDING : FULL;
    }

    private int headWidth(int layer) {
        return override(layer, "head_dim", "global_head_dim")
                .or(() -> config.integer("head_dim").map(Math::toIntExact))
                .orElseGet(() -> parts.hidden() / parts.whole("num_attention_heads"));
    }

    private int keyHeads(int layer) {
        Optional<Integer> own = config.bool("attention_k_eq_v").orElse(false)
                ? override(layer, "num_key_value_heads", "num_global_key_value_heads")
                : override(layer, "num_key_value_heads", "");
        return own.or(() -> config.integer("num_key_value_heads").map(Math::toIntExact))
                .orElseGet(() -> parts.whole("num_attention_heads"));
    }

    /** Gemma 4: {@code per_layer_config} names layers one by one, as later configs do, or one member all with full attention. */
    private Optional<Integer> override(int layer, String name, String global) {
        if (!parts.has(Trait.GEMMA4_HEADS)) {
            return Optional.empty();
        }
        Optional<JsonObject> each = config.object("per_layer_config");
        return each.isPresent()
                ? each.get()
                        .object(Integer.toString(layer))
                        .flatMap(own -> own.integer(name))
                        .map(Math::toIntExact)
                : config.integer(global).filter(value -> !isSliding(layer)).map(Math::toIntExact);
    }

    /** Whether keys are values too. */
    private boolean sharesProjection(int layer) {
        return config.bool("attention_k_eq_v").orElse(false) && !isSliding(layer);
    }

    /** The layer from which on layers look for the keys of layers below. */
    private int firstSharing() {
        return layers
                - config.integer("num_kv_shared_layers").map(Math::toIntExact).orElse(0);
    }

    private boolean isLastOfItsKind(int layer, int firstSharing) {
        return IntStream.range(layer + 1, firstSharing)
                .noneMatch(later -> kind(later).equals(kind(layer)));
    }

    /** Whether a layer has no keys of its own. */
    boolean sharesKeys(int layer) {
        return layer >= firstSharing();
    }
}
