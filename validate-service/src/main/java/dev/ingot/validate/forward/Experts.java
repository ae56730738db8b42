package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.BlockRecipe.Beside;
import dev.ingot.validate.family.BlockRecipe.MixtureEnd;

/** Mixtures of experts: a router, then the experts a few at a time, each on its own tokens. */
final class Experts {
    private static final float[] NOTHING = {};

    private Experts() {}

    /** The mixture with its choices made and no expert computed; {@code stream} is windows x positions x hidden. */
    static Mixture route(LayerMath math, BlockRecipe.Route block, NDArray stream) {
        long hidden = stream.getShape().get(2);
        NDArray inputs = math.norm(stream, block.before());
        NDArray seen =
                block.routing().input().map(norm -> math.norm(stream, norm)).orElse(inputs);
        float[] scores = math.linear(seen, block.routing().router()).toFloatArray();
        float[] perExpert = block.routing()
                .perExpert()
                .map(part -> math.vector(part).toFloatArray())
                .orElse(NOTHING);
        float[] beside = block.beside()
                .map(each -> beside(math, each, stream).toFloatArray())
                .orElse(NOTHING);
        return new Mixture(Math.toIntExact(hidden), inputs.toFloatArray(), beside, scores, block.routing(), perExpert);
    }

    private static NDArray beside(LayerMath math, Beside block, NDArray stream) {
        NDArray x = math.norm(stream, block.before());
        NDArray made = math.normed(math.feedForward(x, block.feedForward()), block.after());
        return block.gate()
                .map(gate -> made.mul(Activation.sigmoid(math.linear(x, gate))))
                .orElse(made);
    }

    /** Adds the mixture to the stream, once its last expert was computed. */
    static void addTo(LayerMath math, BlockRecipe.Experts block, NDArray stream) {
        Mixture mixture = math.carried().mixture();
        long hidden = stream.getShape().get(2);
        for (int e = 0; e < block.experts().size(); e++) {
            int[] places = mixture.placesOf(block.first() + e);
            if (places.length > 0) {
                try (LayerMath own = math.within()) {
                    NDArray x = own.rows(mixture.gather(places), hidden);
                    mixture.add(places, own.feedForward(x, block.experts().get(e)).toFloatArray());
                }
            }
        }
        block.last().ifPresent(end -> stream.addi(end(math, end, mixture, stream.getShape())));
    }

    private static NDArray end(LayerMath math, MixtureEnd end, Mixture mixture, Shape shape) {
        NDArray sum = math.normed(math.scope().array(mixture.sum(), shape), end.afterExperts());
        if (mixture.beside().length > 0) {
            sum = sum.addi(math.scope().array(mixture.beside(), shape));
        }
        math.carried().endMixture();
        return math.normed(sum, end.after());
    }
}
