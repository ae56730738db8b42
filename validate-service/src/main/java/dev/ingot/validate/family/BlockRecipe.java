package dev.ingot.validate.family;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A step of a decoder layer whose weights are in memory together; steps follow one another on the stream. */
public sealed interface BlockRecipe {

    /** Every projection of the block. */
    default Stream<Linear> linears() {
        return Stream.empty();
    }

    /** Every norm of the block. */
    default Stream<NormRecipe> norms() {
        return Stream.empty();
    }

    /** Every other tensor of the block. */
    default Stream<Rectangle> vectors() {
        return Stream.empty();
    }

    /** {@code x + after(attention(before(x)))}. */
    record Attention(NormRecipe before, AttentionRecipe attention, Optional<NormRecipe> after) implements BlockRecipe {
        @Override
        public Stream<Linear> linears() {
            return attention.linears();
        }

        @Override
        public Stream<NormRecipe> norms() {
            return Stream.of(Stream.of(before), attention.norms(), after.stream())
                    .flatMap(each -> each);
        }

        @Override
        public Stream<Rectangle> vectors() {
            return attention.scores().sinks().stream();
        }
    }

    /** {@code x + deltaNet(before(x))}. */
    record DeltaNet(NormRecipe before, DeltaNetRecipe deltaNet) implements BlockRecipe {
        @Override
        public Stream<Linear> linears() {
            return deltaNet.linears();
        }

        @Override
        public Stream<NormRecipe> norms() {
            return Stream.of(before, deltaNet.norm());
        }

        @Override
        public Stream<Rectangle> vectors() {
            return deltaNet.vectors();
        }
    }

    /** {@code x + after(feedForward(before(x)))}. */
    record FeedForward(NormRecipe before, FeedForwardRecipe feedForward, Optional<NormRecipe> after)
            implements BlockRecipe {
        @Override
        public Stream<Linear> linears() {
            return feedForward.linears();
        }

        @Override
        public Stream<NormRecipe> norms() {
            return Stream.concat(Stream.of(before), after.stream());
        }
    }

    /**
     * Decides which experts every token goes to, and computes what stands beside them.
     *
     * @param before norm of what the experts see
     * @param beside a feed-forward block that every token passes
     */
    record Route(NormRecipe before, Routing routing, Optional<Beside> beside) implements BlockRecipe {
        @Override
        public Stream<Linear> linears() {
            return Stream.concat(Stream.of(routing.router()), beside.stream().flatMap(Beside::linears));
        }

        @Override
        public Stream<NormRecipe> norms() {
            return Stream.of(
                            Stream.of(before),
                            routing.input().stream(),
                            beside.stream().flatMap(Beside::norms))
                    .flatMap(each -> each);
        }

        @Override
        public Stream<Rectangle> vectors() {
            return routing.vectors();
        }
    }

    /**
     * {@code sigmoid(gate(n)) · after(feedForward(n))} with {@code n = before(x)}.
     *
     * @param gate one number per token; empty for 1
     */
    record Beside(NormRecipe before, FeedForwardRecipe feedForward, Optional<Linear> gate, Optional<NormRecipe> after) {
        Stream<Linear> linears() {
            return Stream.concat(feedForward.linears(), gate.stream());
        }

        Stream<NormRecipe> norms() {
            return Stream.concat(Stream.of(before), after.stream());
        }
    }

    /**
     * Some experts of a mixture, on the tokens that were routed to them.
     *
     * @param first index of the first of them
     * @param last ends the mixture; empty where more experts follow
     */
    record Experts(int first, List<FeedForwardRecipe> experts, Optional<MixtureEnd> last) implements BlockRecipe {
        public Experts {
            experts = List.copyOf(experts);
        }

        @Override
        public Stream<Linear> linears() {
            return experts.stream().flatMap(FeedForwardRecipe::linears);
        }

        @Override
        public Stream<NormRecipe> norms() {
            return last.stream()
                    .flatMap(end -> Stream.of(end.afterExperts(), end.after()))
                    .flatMap(Optional::stream);
        }
    }

    /** {@code x + after(afterExperts(experts) + beside)}. */
    record MixtureEnd(Optional<NormRecipe> afterExperts, Optional<NormRecipe> after) {}

    /**
     * Gemma's input of each layer's own: {@code x + after(projection(activation(gate(x)) · input))}, where input is a row of a table per token and a
     * projection of the embedded token: {@code (norm(context(embedded) · contextScale) + table[token] · tableScale) · inputScale}.
     */
    record LayerInput(
            LayerTable table,
            Linear context,
            double contextScale,
            NormRecipe contextNorm,
            double inputScale,
            Linear gate,
            Activation activation,
            Linear projection,
            NormRecipe after)
            implements BlockRecipe {
        @Override
        public Stream<Linear> linears() {
            return Stream.of(context, gate, projection);
        }

        @Override
        public Stream<NormRecipe> norms() {
            return Stream.of(contextNorm, after);
        }
    }

    /** Columns {@code [first, first + width)} of an embedding that is {@code columns} wide, times {@code scale}. */
    record LayerTable(String module, long rows, int columns, int first, int width, float scale) {
        public String tensor() {
            return module + ".weight";
        }
    }

    /** {@code x · scalar}. */
    record Scale(Rectangle scalar) implements BlockRecipe {
        @Override
        public Stream<Rectangle> vectors() {
            return Stream.of(scalar);
        }
    }
}
