package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.loading.ModelClass.NestedModel;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.Map;
import java.util.Optional;

/** Finds the places of a checkpoint's tensors in a model: checkpoints use older names, leave prefixes out, and nest models in models. */
record Placement(ModelClass model, ModuleTable table, ModelConfig config) {
    /**
     * A tensor's place.
     *
     * @param parameter its name in the model
     */
    record Place(String parameter, ModuleKind kind) {}

    /** The place of a tensor; empty for a matrix that the table does not know. */
    Optional<Place> of(LocatedTensor tensor) {
        Optional<Place> known = find(tensor.name());
        boolean matrix = tensor.shape().rank() == 2 && tensor.name().endsWith(".weight");
        return matrix
                ? known
                : Optional.of(new Place(
                        known.map(Place::parameter)
                                .orElseGet(
                                        () -> model.namesInModel(tensor.name()).getFirst()),
                        ModuleKind.OTHER));
    }

    private Optional<Place> find(String tensor) {
        for (String name : model.namesInModel(tensor)) {
            Optional<Place> place = inNested(name).or(() -> model.kindOf(name).map(kind -> new Place(name, kind)));
            if (place.isPresent()) {
                return place;
            }
        }
        return Optional.empty();
    }

    /** The place in a model inside this one, where the config says that it is of another type than the table was made with. */
    private Optional<Place> inNested(String name) {
        for (Map.Entry<String, NestedModel> entry : model.nested().entrySet()) {
            String path = entry.getKey() + ".";
            if (name.startsWith(path)
                    && !typeOf(entry.getValue()).equals(entry.getValue().modelType())) {
                return table.bodyOf(typeOf(entry.getValue()))
                        .flatMap(body -> inBody(body, name.substring(path.length())))
                        .map(place -> new Place(path + place.parameter(), place.kind()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Place> inBody(ModelClass body, String name) {
        return body.namesInModel(name).stream()
                .flatMap(each -> body.kindOf(each).map(kind -> new Place(each, kind)).stream())
                .findFirst();
    }

    private String typeOf(NestedModel nested) {
        return config.json()
                .object(nested.config())
                .flatMap((JsonObject json) -> json.text("model_type"))
                .orElse(nested.modelType());
    }
}
