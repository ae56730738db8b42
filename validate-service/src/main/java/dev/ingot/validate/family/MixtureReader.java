package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.FusedExperts.Part;
import dev.ingot.validate.family.BlockRecipe.Beside;
import dev.ingot.validate.family.BlockRecipe.MixtureEnd;
import dev.ingot.validate.family.MixtureStyle.Arrangement;
import dev.ingot.validate.family.Nonlinearity.Clamped;
import dev.ingot.validate.family.Nonlinearity.Gated;
import dev.ingot.validate.family.Routing.Weighting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Resolves blocks of experts, which a file has one by one or all in one parameter. */
final class MixtureReader {
    /** Elements of experts that are in memory together. */
    private static final long TOGETHER = 16L << 20;

    private final Parts parts;
    private final JsonObject config;
    private final MixtureStyle style;
    private final FeedForwardReader dense;

    MixtureReader(Parts parts, MixtureStyle style, FeedForwardReader dense) {
        this.parts = parts;
        this.config = parts.config();
        this.style = style;
        this.dense = dense;
    }

    /** Whether a layer has experts: {@code mlp_only_layers} and {@code decoder_sparse_step} deny it to some. */
    boolean reads(int layer) {
        boolean enabled = style.arrangement() != Arrangement.BESIDE_DENSE
                || config.bool("enable_moe_block").orElse(false);
        boolean denied = config.array("mlp_only_layers").stream()
                .flatMap(array -> array.values().stream())
                .anyMatch(value -> value instanceof JsonNumber number && number.asLong() == layer);
        return enabled
                && !denied
                && (layer + 1) % config.integer("decoder_sparse_step").orElse(1L) == 0;
    }

    List<BlockRecipe> read(int layer, boolean sharesKeys) {
        String prefix = parts.layer(layer);
        boolean besideDense = style.arrangement() == Arrangement.BESIDE_DENSE;
        String block = besideDense ? prefix : prefix + mixture(prefix) + ".";
        String before = prefix + parts.names().beforeFeedForward();
        List<FeedForwardRecipe> experts = experts(block + "experts");
        List<BlockRecipe> blocks = new ArrayList<>();
        blocks.add(new BlockRecipe.Route(
                parts.norm(besideDense ? before + "_2" : before),
                routing(block, experts.size()),
                beside(prefix, block, before, sharesKeys)));
        blocks.addAll(chunks(experts, end(prefix)));
        return blocks;
    }

    /** The name of the block under which the file has a router. */
    private String mixture(String prefix) {
        return parts.names().mixtures().stream()
                .filter(name -> parts.has(prefix + name + "." + style.router() + ".weight"))
                .findFirst()
                .orElseThrow(() -> new UnknownFamily("a model without router in " + prefix));
    }

    private Routing routing(String block, int experts) {
        boolean biased = style.arrangement() == Arrangement.TURNED_AND_BIASED;
        boolean besideDense = style.arrangement() == Arrangement.BESIDE_DENSE;
        Linear router = Linear.of(block + style.router(), 0, experts, parts.hidden(), biased);
        int chosen = parts.whole(style.chosen());
        if (chosen > experts) {
            throw new UnknownFamily("%d experts per token of %d".formatted(chosen, experts));
        }
        return new Routing(
                besideDense ? Optional.of(routerNorm(block)) : Optional.empty(),
                router,
                chosen,
                weighting(),
                besideDense
                        ? Optional.of(Rectangle.vector(block + "router.per_expert_scale", 0, experts))
                        : Optional.empty());
    }

    private NormRecipe routerNorm(String block) {
        return new NormRecipe(
                false,
                parts.hidden(),
                parts.epsilon(),
                Optional.of(Rectangle.vector(block + "router.scale", 0, parts.hidden())),
                0,
                (float) (1 / Math.sqrt(parts.hidden())),
                Optional.empty());
    }

    private Weighting weighting() {
        return style.configured() && config.bool("norm_topk_prob").orElse(false) ? Weighting.NORMED : style.weighting();
    }

    private Optional<Beside> beside(String prefix, String block, String before, boolean sharesKeys) {
        return switch (style.arrangement()) {
            case ALONE, TURNED_AND_BIASED -> Optional.empty();
            case WITH_SHARED_EXPERT -> Optional.of(shared(block + "shared_expert", before));
            case BESIDE_DENSE ->
                Optional.of(new Beside(
                        parts.norm(before),
                        dense.dense(prefix, sharesKeys),
                        Optional.empty(),
                        Optional.of(parts.norm(prefix + parts.names().afterFeedForward() + "_1"))));
        };
    }

    private Beside shared(String module, String before) {
        return new Beside(
                parts.norm(before),
                dense.of(
                        module + ".gate_proj",
                        module + ".up_proj",
                        module + ".down_proj",
                        parts.whole("shared_expert_intermediate_size")),
                Optional.of(Linear.of(module + "_gate", 0, 1, parts.hidden(), false)),
                Optional.empty());
    }

    private MixtureEnd end(String prefix) {
        String after = prefix + parts.names().afterFeedForward();
        return style.arrangement() == Arrangement.BESIDE_DENSE
                ? new MixtureEnd(Optional.of(parts.norm(after + "_2")), Optional.of(parts.norm(after)))
                : new MixtureEnd(Optional.empty(), Optional.empty());
    }

    private static List<BlockRecipe> chunks(List<FeedForwardRecipe> experts, MixtureEnd end) {
        long each = experts.getFirst()
                .linears()
                .mapToLong(linear -> linear.rows() * linear.columns())
                .sum();
        int together = (int) Math.clamp(TOGETHER / each, 1, experts.size());
        List<BlockRecipe> chunks = new ArrayList<>();
        for (int first = 0; first < experts.size(); first += together) {
            int next = Math.min(first + together, experts.size());
            Optional<MixtureEnd> last = next == experts.size() ? Optional.of(end) : Optional.empty();
            chunks.add(new BlockRecipe.Experts(first, experts.subList(first, next), last));
        }
        return chunks;
    }

    private List<FeedForwardRecipe> experts(String module) {
        FusedExperts inputs = find(module, "gate_up_proj");
        FusedExperts down = find(module, "down_proj");
        if (style.arrangement() == Arrangement.TURNED_AND_BIASED) {
            return turned(inputs, down);
        }
        int width = parts.whole(style.width());
        if (inputs.rows() != 2 * width || inputs.columns() != parts.hidden() || down.columns() != width) {
            throw new UnknownFamily("experts of shape %s and %s where config.json implies a width of %d"
                    .formatted(inputs.shape(), down.shape(), width));
        }
        List<FeedForwardRecipe> experts = new ArrayList<>();
        for (int e = 0; e < inputs.experts(); e++) {
            List<Linear> both = List.of(projection(inputs, e, 0, width), projection(inputs, e, width, width));
            experts.add(
                    new FeedForwardRecipe(both, new Gated(parts.activation()), projection(down, e, 0, parts.hidden())));
        }
        return experts;
    }

    private FusedExperts find(String module, String parameter) {
        return FusedExperts.find(module, parameter, parts.shapes())
                .orElseThrow(() -> new UnknownFamily("a model without " + module + "." + parameter));
    }

    /** Rows {@code [first, first + rows)} of one expert, from the parameter or from the tensor that is just these. */
    private static Linear projection(FusedExperts of, int expert, int first, int rows) {
        Part whole = of.parts().getFirst();
        if (whole.whole()) {
            Rectangle weight = Rectangle.rows(whole.tensor(), (long) expert * of.rows() + first, rows, of.columns());
            return new Linear("", 0, weight, false, Optional.empty());
        }
        Part own = of.parts().stream()
                .filter(part -> part.expert() == expert && part.firstRow() == first && part.rows() == rows)
                .findFirst()
                .orElseThrow(() -> new UnknownFamily(
                        "expert %d of %s in parts of another size".formatted(expert, whole.tensor())));
        String module = own.tensor().substring(0, own.tensor().length() - ".weight".length());
        return Linear.of(module, 0, rows, of.columns(), false);
    }

    /** gpt-oss: [experts, in, out] with biases of [experts, out]. */
    private List<FeedForwardRecipe> turned(FusedExperts inputs, FusedExperts down) {
        Nonlinearity clamped = new Clamped(
                config.number("swiglu_alpha").orElse(1.702),
                config.number("swiglu_limit").orElse(7.0));
        List<FeedForwardRecipe> experts = new ArrayList<>();
        for (int e = 0; e < inputs.experts(); e++) {
            experts.add(new FeedForwardRecipe(List.of(turned(inputs, e)), clamped, turned(down, e)));
        }
        return experts;
    }

    private static Linear turned(FusedExperts of, int expert) {
        Part whole = of.parts().getFirst();
        if (!whole.whole()) {
            throw new UnknownFamily("experts one by one in " + whole.tensor());
        }
        long columns = of.columns();
        return new Linear(
                "",
                0,
                Rectangle.rows(whole.tensor(), (long) expert * of.rows(), of.rows(), columns),
                true,
                Optional.of(Rectangle.vector(whole.tensor() + "_bias", expert * columns, columns)));
    }
}
