package dev.ingot.validate.family;

import java.util.List;

/** Resolves layers of linear attention. */
final class DeltaNetReader {
    private final Parts parts;

    DeltaNetReader(Parts parts) {
        this.parts = parts;
    }

    /** Whether a layer is one. */
    boolean reads(int layer) {
        if (!parts.has(Trait.DELTA_NET)) {
            return false;
        }
        List<String> types = FamilyConfig.texts(parts.config(), "layer_types");
        return types.size() > layer
                ? types.get(layer).equals("linear_attention")
                : (layer + 1)
                                % parts.config()
                                        .integer("full_attention_interval")
                                        .orElse(4L)
                        != 0;
    }

    BlockRecipe.DeltaNet read(int layer) {
        if (parts.activation() != Activation.SILU) {
            throw new UnknownFamily("linear attention with " + parts.activation());
        }
        String prefix = parts.layer(layer);
        String module = prefix + "linear_attn.";
        int keyHeads = parts.whole("linear_num_key_heads");
        int valueHeads = parts.whole("linear_num_value_heads");
        int keyWidth = parts.whole("linear_key_head_dim");
        int valueWidth = parts.whole("linear_value_head_dim");
        long values = (long) valueHeads * valueWidth;
        long channels = 2L * keyHeads * keyWidth + values;
        DeltaNetRecipe deltaNet = new DeltaNetRecipe(
                Linear.of(module + "in_proj_qkv", 0, channels, parts.hidden(), false),
                Linear.of(module + "in_proj_z", 0, values, parts.hidden(), false),
                Linear.of(module + "in_proj_b", 0, valueHeads, parts.hidden(), false),
                Linear.of(module + "in_proj_a", 0, valueHeads, parts.hidden(), false),
                Linear.of(module + "out_proj", 0, parts.hidden(), values, false),
                Rectangle.rows(module + "conv1d.weight", 0, channels, parts.whole("linear_conv_kernel_dim")),
                Rectangle.vector(module + "A_log", 0, valueHeads),
                Rectangle.vector(module + "dt_bias", 0, valueHeads),
                NormRecipe.rootMeanSquare(module + "norm.weight", valueWidth, parts.epsilon(), 0),
                keyHeads,
                valueHeads,
                keyWidth,
                valueWidth);
        return new BlockRecipe.DeltaNet(parts.norm(prefix + parts.names().beforeAttention()), deltaNet);
    }
}
