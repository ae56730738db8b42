package dev.ingot.validate.weights;

import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.validate.weights.OverlaidWeights.Place;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.util.Map;
import java.util.Set;

/**
 * A model while its adapters are read.
 *
 * @param type its class
 * @param ofBase ends of the base
 * @param ends of the model; none where the class has no output embedding
 * @param tensors of the model so far
 * @param places tensors that do not come from the base under their own name
 */
record ReadModel(
        String modelType, TrainedClass type, Ends ofBase, Ends ends, Set<String> tensors, Map<String, Place> places) {

    /** An adapter's own tensor in place of the base's. */
    void replace(AdapterFolder adapter, AdapterKey key) {
        places.put(key.target(), new Place(adapter.weights(), key.raw()));
        tensors.add(key.target());
    }

    /** PEFT loads such a copy into the parameter itself, which a tied base has at both ends. */
    void replaceShared(AdapterFolder adapter, AdapterKey key) {
        replace(adapter, key);
        boolean isEnd = key.target().equals(ends.inputTensor()) || key.target().equals(ends.outputTensor());
        if (ends.tied() && isEnd) {
            Place place = new Place(adapter.weights(), key.raw());
            places.put(ends.inputTensor(), place);
            places.put(ends.outputTensor(), place);
        }
    }

    boolean isSavedWhole(AdapterFolder adapter, String tensor) {
        Place place = places.get(tensor);
        return place != null && place.source().equals(adapter.weights());
    }
}
