package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.Place;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a merge wrote, by the names of the trained model: whichever release of transformers the tool saved with, and whether it has experts one by
 * one or all in one tensor. Names that belong to no tensor of the model stay what they are. The opener closes it.
 */
public final class MergedWeights implements WeightSource, AutoCloseable {
    private static final String EXPERTS = ".experts";
    private static final List<String> FUSED = List.of("gate_up_proj", "down_proj");

    private final CheckpointWeights stored;
    private final Map<String, List<Piece>> places = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final Set<String> names = new TreeSet<>();

    /** Elements {@code [first, first + count)} of a stored tensor. */
    private record Piece(String tensor, long first, long count) {}

    private MergedWeights(CheckpointWeights stored) {
        this.stored = stored;
    }

    /**
     * Opens a merged folder.
     *
     * @param trained the model that it should be
     * @param config of its base
     */
    public static MergedWeights open(FileSet files, TrainedModel trained, ModelConfig config) throws IOException {
        MergedWeights merged = new MergedWeights(CheckpointWeights.ofModel(files));
        merged.place(trained, config);
        return merged;
    }

    private void place(TrainedModel trained, ModelConfig config) {
        Set<String> missing = new TreeSet<>(trained.tensors());
        missing.removeAll(stored.names());
        names.addAll(stored.names());
        if (missing.isEmpty()) {
            return;
        }
        Set<String> others = new TreeSet<>(stored.names());
        others.removeAll(trained.tensors());
        ParameterNames known = new ParameterNames(trained.tensors(), config);
        for (String name : others) {
            List<Place> found = known.find(name).stream()
                    .filter(place -> missing.contains(place.parameter()))
                    .toList();
            if (found.size() == 1) {
                rename(name, found.getFirst().parameter());
            } else {
                takeApart(name, trained, missing);
            }
        }
        missing.stream()
                .filter(name -> !shapes.containsKey(name))
                .forEach(name -> putTogether(name, trained.weights().shape(name).orElseThrow()));
    }

    private void rename(String stored, String name) {
        Shape shape = this.stored.shape(stored).orElseThrow();
        put(name, shape, List.of(new Piece(stored, 0, shape.elements())));
        names.remove(stored);
    }

    private void put(String name, Shape shape, List<Piece> pieces) {
        places.put(name, pieces);
        shapes.put(name, shape);
        names.add(name);
    }

    /** A tensor with all experts, where the model has them one by one. */
    private void takeApart(String name, TrainedModel trained, Set<String> missing) {
        Optional<FusedExperts> found = fused(name, tensor -> trained.weights().shape(tensor));
        if (found.isEmpty() || !found.map(FusedExperts::shape).equals(stored.shape(name))) {
            return;
        }
        FusedExperts experts = found.get();
        if (experts.parts().stream().anyMatch(part -> part.whole() || !missing.contains(part.tensor()))) {
            return;
        }
        long columns = experts.columns();
        for (FusedExperts.Part part : experts.parts()) {
            long first = ((long) part.expert() * experts.rows() + part.firstRow()) * columns;
            Piece piece = new Piece(name, first, part.rows() * columns);
            put(part.tensor(), Shape.of(part.rows(), columns), List.of(piece));
        }
        names.remove(name);
    }

    /** A tensor of the model with all experts, of which the merge wrote one by one. */
    private void putTogether(String name, Shape shape) {
        Optional<FusedExperts> found = fused(name, stored::shape);
        if (found.isEmpty() || !found.get().shape().equals(shape)) {
            return;
        }
        Map<Long, Piece> pieces = new TreeMap<>();
        long columns = found.get().columns();
        for (FusedExperts.Part part : found.get().parts()) {
            if (part.whole()) {
                return;
            }
            long at = ((long) part.expert() * found.get().rows() + part.firstRow()) * columns;
            pieces.put(at, new Piece(part.tensor(), 0, part.rows() * columns));
        }
        put(name, shape, new ArrayList<>(pieces.values()));
        pieces.values().forEach(piece -> names.remove(piece.tensor()));
    }

    private static Optional<FusedExperts> fused(String name, Function<String, Optional<Shape>> shapes) {
        for (String parameter : FUSED) {
            String end = "." + parameter;
            if (name.endsWith(EXPERTS + end)) {
                return FusedExperts.find(name.substring(0, name.length() - end.length()), parameter, shapes);
            }
        }
        return Optional.empty();
    }

    /** Every tensor that a consumer would find: those of the model by its names. Companions of packed ones are none of their own. */
    public Set<String> names() {
        return Set.copyOf(names);
    }

    public boolean has(String tensor) {
        return names.contains(tensor);
    }

    /** Whether the files have other names than the model, or experts in another arrangement. */
    public boolean isRenamed() {
        return !places.isEmpty();
    }

    /** Tensors that are still packed by a quantizer. */
    public Set<String> packed() {
        return stored.packed();
    }

    /** The files with the weights. */
    public List<String> files() {
        return stored.catalog().files().stream().map(FileInfo::name).toList();
    }

    @Override
    public Optional<Shape> shape(String tensor) {
        Shape known = shapes.get(tensor);
        return known != null ? Optional.of(known) : stored.shape(tensor);
    }

    @Override
    public DType dtype(String tensor) {
        List<Piece> pieces = places.get(tensor);
        return stored.dtype(pieces == null ? tensor : pieces.getFirst().tensor());
    }

    @Override
    public String origin(String tensor) {
        List<Piece> pieces = places.get(tensor);
        return pieces == null
                ? stored.origin(tensor)
                : stored.origin(pieces.getFirst().tensor()) + " as " + tensor;
    }

    @Override
    public void floats(String tensor, long first, float[] into, int count) throws IOException {
        List<Piece> pieces = places.get(tensor);
        if (pieces == null) {
            stored.floats(tensor, first, into, count);
            return;
        }
        long at = 0;
        for (Piece piece : pieces) {
            long from = Math.max(first, at);
            long to = Math.min(first + count, at + piece.count());
            if (from < to) {
                float[] some = new float[(int) (to - from)];
                stored.floats(piece.tensor(), piece.first() + from - at, some, some.length);
                System.arraycopy(some, 0, into, (int) (from - first), some.length);
            }
            at += piece.count();
        }
    }

    @Override
    public void close() throws IOException {
        stored.close();
    }
}
