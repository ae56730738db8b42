package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.FusedExperts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A parameter as a model in training has it, and where its elements stand in a base in the layout of another generation of transformers: rows of a fused layer,
 * several layers that follow one another, experts together or one by one.
 *
 * @param shape in training
 * @param pieces in the order of the parameter's elements, all of them
 */
public record RearrangedParameter(Shape shape, List<Piece> pieces) {
    public RearrangedParameter {
        pieces = List.copyOf(pieces);
    }

    /**
     * Consecutive elements.
     *
     * @param parameter of the base
     * @param own the parameter's first element that stands there
     * @param first the base's first element that it is
     */
    public record Piece(String parameter, long own, long first, Shape shape) {
        public long elements() {
            return shape.elements();
        }
    }

    /**
     * Looks for a parameter that the base has not under any name of its own; empty where it is in no other layout there either.
     *
     * @param module path in the trained model
     * @param parameter of that module
     * @param shapes of the base's parameters
     */
    public static Optional<RearrangedParameter> find(
            String module, String parameter, ParameterNames base, Function<String, Optional<Shape>> shapes) {
        String name = module.isEmpty() ? parameter : module + "." + parameter;
        return base.rowBlocks(name)
                .flatMap(rows -> rows(rows, shapes))
                .or(() -> base.expertModules(module).stream()
                        .flatMap(own -> FusedExperts.find(own, parameter, shapes).stream())
                        .findFirst()
                        .map(RearrangedParameter::cut))
                .or(() -> parameter.equals("weight")
                        ? FusedExperts.findFused(module, shapes).map(RearrangedParameter::inside)
                        : Optional.empty());
    }

    private static Optional<RearrangedParameter> rows(RowBlocks rows, Function<String, Optional<Shape>> shapes) {
        List<Piece> pieces = new ArrayList<>();
        long own = 0;
        long height = 0;
        Optional<Shape> one = Optional.empty();
        for (String parameter : rows.parameters()) {
            one = shapes.apply(parameter).filter(shape -> shape.rank() <= 2 && shape.dim(0) % rows.blocks() == 0);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            Shape shape = ofRows(one.get(), one.get().dim(0) / rows.blocks());
            pieces.add(new Piece(parameter, own, rows.block() * shape.elements(), shape));
            own += shape.elements();
            height += shape.dim(0);
        }
        return Optional.of(new RearrangedParameter(ofRows(one.orElseThrow(), height), pieces));
    }

    private static Shape ofRows(Shape like, long rows) {
        return like.rank() == 1 ? Shape.of(rows) : Shape.of(rows, like.dim(1));
    }

    /** All experts of training, which the base has one by one, or together under another name. */
    private static RearrangedParameter cut(FusedExperts experts) {
        List<Piece> pieces = new ArrayList<>();
        for (FusedExperts.Part part : experts.parts()) {
            long own = ((long) part.expert() * experts.rows() + part.firstRow()) * experts.columns();
            Shape shape = part.whole() ? experts.shape() : Shape.of(part.rows(), experts.columns());
            pieces.add(new Piece(part.tensor(), own, 0, shape));
        }
        return new RearrangedParameter(experts.shape(), pieces);
    }

    /** One expert's projection of training, inside of what the base has for all of them. */
    private static RearrangedParameter inside(FusedExperts experts) {
        FusedExperts.Part part = experts.parts().getFirst();
        Shape shape = Shape.of(part.rows(), experts.columns());
        long first = ((long) part.expert() * experts.rows() + part.firstRow()) * experts.columns();
        return new RearrangedParameter(shape, List.of(new Piece(part.tensor(), 0, first, shape)));
    }
}
