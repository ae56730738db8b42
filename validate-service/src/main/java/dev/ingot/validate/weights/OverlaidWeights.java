package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** A source in which some tensors come from elsewhere: replaced by the adapter's own, or under another name. */
public final class OverlaidWeights implements WeightSource {
    private final WeightSource under;
    private final Map<String, Place> places;

    /** Where a tensor really is. */
    public record Place(WeightSource source, String tensor) {}

    public OverlaidWeights(WeightSource under, Map<String, Place> places) {
        this.under = under;
        this.places = Map.copyOf(places);
    }

    private Place place(String tensor) {
        Place place = places.get(tensor);
        return place == null ? new Place(under, tensor) : place;
    }

    @Override
    public Optional<Shape> shape(String tensor) {
        Place place = place(tensor);
        return place.source().shape(place.tensor());
    }

    @Override
    public DType dtype(String tensor) {
        Place place = place(tensor);
        return place.source().dtype(place.tensor());
    }

    @Override
    public String origin(String tensor) {
        Place place = place(tensor);
        return place.source().origin(place.tensor());
    }

    @Override
    public void floats(String tensor, long first, float[] into, int count) throws IOException {
        Place place = place(tensor);
        place.source().floats(place.tensor(), first, into, count);
    }
}
