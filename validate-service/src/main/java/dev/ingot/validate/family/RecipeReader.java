package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Resolves a family and a config.json into a recipe: what a consumer that loads this config would compute. */
public final class RecipeReader {
    private final DecoderFamily family;
    private final TensorNames names;
    private final JsonObject config;
    private final int hidden;
    private final int heads;
    private final int keyHeads;
    private final int headWidth;

    private RecipeReader(DecoderFamily family, ModelConfig config) {
        this.family = family;
        this.names = family.names();
        this.config = config.text();
        this.hidden = whole("hidden_size");
        this.heads = whole("num_attention_heads");
        this.keyHeads =
                this.config.integer("num_key_value_heads").map(Math::toIntExact).orElse(heads);
        this.headWidth = this.config.integer("head_dim").map(Math::toIntExact).orElse(hidden / heads);
    }

    /**
     * The recipe of a checkpoint with this config; UnknownFamily when the family or a part of it is none that is described.
     *
     * @param tied whether the input embedding is the output embedding too
     */
    public static DecoderRecipe read(ModelConfig config, boolean tied) {
        DecoderFamily family = DecoderFamilies.of(config)
                .orElseThrow(() -> new UnknownFamily("the architecture '" + config.modelType() + "'"));
        return new RecipeReader(family, config).recipe(tied);
    }

    private DecoderRecipe recipe(boolean tied) {
        String embedding = names.embedding() + ".weight";
        List<LayerRecipe> layers = IntStream.range(0, whole("num_hidden_layers"))
                .mapToObj(this::layer)
                .toList();
        return new DecoderRecipe(
                whole("vocab_size"),
                hidden,
                embedding,
                family.embeddingTimesRootHidden() ? (float) Math.sqrt(hidden) : 1,
                layers,
                norm(names.finalNorm(), hidden),
                names.head(),
                tied,
                config.number("final_logit_softcapping").orElse(0.0));
    }

    private LayerRecipe layer(int index) {
        String prefix = names.layers() + "." + index + ".";
        return new LayerRecipe(
                norm(prefix + names.beforeAttention(), hidden),
                attention(prefix, index),
                optionalNorm(prefix, names.afterAttention()),
                norm(prefix + names.beforeFeedForward(), hidden),
                feedForward(prefix),
                optionalNorm(prefix, names.afterFeedForward()));
    }

    private AttentionRecipe attention(String prefix, int layer) {
        long queryRows = (long) heads * headWidth;
        long keyRows = (long) keyHeads * headWidth;
        boolean inputs = family.attentionBias().onInputs(config, "attention_bias");
        boolean output = family.attentionBias().onOutput(config, "attention_bias");
        long fused = names.fusedAttention() ? 1 : 0;
        double scale = config.number("query_pre_attn_scalar").orElse((double) headWidth);
        return new AttentionRecipe(
                new Linear(prefix + names.query(), 0, queryRows, hidden, inputs),
                new Linear(prefix + names.key(), fused * queryRows, keyRows, hidden, inputs),
                new Linear(prefix + names.value(), fused * (queryRows + keyRows), keyRows, hidden, inputs),
                new Linear(prefix + names.output(), 0, hidden, queryRows, output),
                heads,
                keyHeads,
                headWidth,
                1 / Math.sqrt(scale),
                new RopeReader(config, family.windows().isSliding(config, layer)).read(headWidth),
                family.windows().windowOf(config, layer),
                config.number("attn_logit_softcapping").orElse(0.0),
                headNorm(prefix + "self_attn.q_norm"),
                headNorm(prefix + "self_attn.k_norm"));
    }

    private FeedForwardRecipe feedForward(String prefix) {
        long width = whole("intermediate_size");
        boolean inputs = family.feedForwardBias().onInputs(config, "mlp_bias");
        boolean output = family.feedForwardBias().onOutput(config, "mlp_bias");
        return new FeedForwardRecipe(
                new Linear(prefix + names.gate(), 0, width, hidden, inputs),
                new Linear(prefix + names.up(), names.fusedFeedForward() ? width : 0, width, hidden, inputs),
                new Linear(prefix + names.down(), 0, hidden, width, output),
                activation());
    }

    private Activation activation() {
        Optional<String> name = config.text("hidden_activation").or(() -> config.text("hidden_act"));
        if (family.activation() == Activation.GELU_TANH || name.isEmpty()) {
            return family.activation(); // Gemma's files say gelu where the code computes its tanh form
        }
        return Activation.named(name.get()).orElseThrow(() -> new UnknownFamily("the activation '" + name.get() + "'"));
    }

    private Optional<NormRecipe> headNorm(String name) {
        return family.headNorms() ? Optional.of(norm(name, headWidth)) : Optional.empty();
    }

    private Optional<NormRecipe> optionalNorm(String prefix, String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(norm(prefix + name, hidden));
    }

    private NormRecipe norm(String module, int width) {
        return new NormRecipe(
                module + ".weight", width, config.number("rms_norm_eps").orElse(1e-6), family.normOffset());
    }

    private int whole(String name) {
        if (config.get(name).filter(value -> !(value instanceof JsonNull)).isEmpty()) {
            throw new UnknownFamily("a config.json without " + name);
        }
        return config.integer(name)
                .filter(value -> value > 0 && value <= Integer.MAX_VALUE)
                .map(Long::intValue)
                .orElseThrow(() -> new UnknownFamily("a config.json whose " + name + " is no positive whole number"));
    }
}
