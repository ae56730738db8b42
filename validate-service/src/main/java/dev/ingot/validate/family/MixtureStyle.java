package dev.ingot.validate.family;

/**
 * How a family mixes experts.
 *
 * @param router its module's name, under the block's or the layer's
 * @param width member of config.json with the width of an expert
 * @param chosen member of config.json with the number of experts per token
 * @param weighting where {@code norm_topk_prob} of config.json does not decide
 * @param configured whether it does
 */
public record MixtureStyle(
        Arrangement arrangement,
        String router,
        String width,
        String chosen,
        Routing.Weighting weighting,
        boolean configured) {

    /** What stands beside the experts. */
    public enum Arrangement {
        /** Nothing. */
        ALONE,
        /** Experts and router have biases, and experts are stored as [in, out] with gate and up in turns. */
        TURNED_AND_BIASED,
        /** An expert that every token passes, with a gate. */
        WITH_SHARED_EXPERT,
        /** A dense block, where {@code enable_moe_block} says that there are experts; router and experts stand in the layer itself. */
        BESIDE_DENSE
    }
}
