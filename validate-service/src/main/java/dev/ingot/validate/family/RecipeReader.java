package dev.ingot.validate.family;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.family.BlockRecipe.LayerTable;
import dev.ingot.validate.family.DecoderRecipe.PositionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Resolves a family and a config.json into a recipe: what a consumer that loads this config would compute. */
public final class RecipeReader {
    private final Parts parts;
    private final JsonObject config;
    private final AttentionReader attention;
    private final DeltaNetReader deltaNet;
    private final FeedForwardReader feedForward;
    private final Optional<MixtureReader> mixture;

    private RecipeReader(Parts parts) {
        this.parts = parts;
        this.config = parts.config();
        this.attention = new AttentionReader(parts);
        this.deltaNet = new DeltaNetReader(parts);
        this.feedForward = new FeedForwardReader(parts);
        this.mixture = parts.family().mixture().map(style -> new MixtureReader(parts, style, feedForward));
    }

    /**
     * The recipe of a checkpoint with this config; UnknownFamily when the family or a part of it is none that is described.
     *
     * @param tied whether the input embedding is the output embedding too
     * @param shapes of the checkpoint's tensors, by name: releases call the same parts by different names
     */
    public static DecoderRecipe read(ModelConfig config, boolean tied, Function<String, Optional<Shape>> shapes) {
        String type = DecoderFamilies.textType(config);
        DecoderFamily family = DecoderFamilies.of(config)
                .orElseThrow(() -> new UnknownFamily("the architecture '" + config.modelType() + "'"));
        Embeddings ends = Embeddings.of(name -> shapes.apply(name).isPresent())
                .orElseThrow(() -> new UnknownFamily("a model without input embedding"));
        String embedding = family.names().embedding();
        if (!ends.inputModule().endsWith(embedding)) {
            throw new UnknownFamily("a %s whose input embedding is %s".formatted(type, ends.inputModule()));
        }
        String body = ends.inputModule().substring(0, ends.inputModule().length() - embedding.length());
        Parts parts = new Parts(family, FamilyConfig.of(config, type), body, shapes);
        return new RecipeReader(parts).recipe(tied, ends);
    }

    private DecoderRecipe recipe(boolean tied, Embeddings ends) {
        int hidden = parts.hidden();
        return new DecoderRecipe(
                parts.whole("vocab_size"),
                hidden,
                ends.input(),
                parts.has(Trait.SCALED_EMBEDDING) ? (float) Math.sqrt(hidden) : 1,
                parts.has(Trait.LEARNED_POSITIONS)
                        ? Optional.of(new PositionTable(parts.body() + "wpe", parts.whole("max_position_embeddings")))
                        : Optional.empty(),
                parts.body() + parts.names().layers() + ".",
                IntStream.range(0, parts.whole("num_hidden_layers"))
                        .mapToObj(this::layer)
                        .toList(),
                parts.norm(parts.body() + parts.names().finalNorm()),
                ends.outputModule(),
                tied,
                config.number("final_logit_softcapping").orElse(0.0));
    }

    private LayerRecipe layer(int index) {
        List<BlockRecipe> blocks = new ArrayList<>();
        blocks.add(deltaNet.reads(index) ? deltaNet.read(index) : attention.read(index));
        boolean sharesKeys = attention.sharesKeys(index);
        if (mixture.filter(each -> each.reads(index)).isPresent()) {
            blocks.addAll(mixture.get().read(index, sharesKeys));
        } else {
            blocks.add(feedForward.read(index, sharesKeys));
        }
        if (parts.has(Trait.LAYER_INPUTS)) {
            config.integer("hidden_size_per_layer_input")
                    .filter(width -> width > 0)
                    .ifPresent(width -> blocks.add(layerInput(index, Math.toIntExact(width))));
            blocks.add(new BlockRecipe.Scale(Rectangle.vector(parts.layer(index) + "layer_scalar", 0, 1)));
        }
        return new LayerRecipe(blocks);
    }

    private BlockRecipe.LayerInput layerInput(int index, int width) {
        int columns = Math.multiplyExact(parts.whole("num_hidden_layers"), width);
        int hidden = parts.hidden();
        String prefix = parts.layer(index);
        return new BlockRecipe.LayerInput(
                new LayerTable(
                        parts.body() + "embed_tokens_per_layer",
                        parts.whole("vocab_size_per_layer_input"),
                        columns,
                        index * width,
                        width,
                        (float) Math.sqrt(width)),
                Linear.of(parts.body() + "per_layer_model_projection", (long) index * width, width, hidden, false),
                1 / Math.sqrt(hidden),
                parts.norm(parts.body() + "per_layer_projection_norm", width),
                Math.sqrt(0.5),
                Linear.of(prefix + "per_layer_input_gate", 0, width, hidden, false),
                parts.activation(),
                Linear.of(prefix + "per_layer_projection", 0, hidden, width, false),
                parts.norm(prefix + "post_per_layer_input_norm"));
    }
}
