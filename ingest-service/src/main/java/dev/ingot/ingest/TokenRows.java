package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.Arrangement.RowsReplaced;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Operation.Become;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows of an embedding that were trained alone: adapter_config.json says which, the tensor holds what they became. */
record TokenRows(AdapterConfig config, Inputs inputs) {
    private static final String MEMBER = "trainable_token_indices";

    /** The rows of {@code module}, whose weight has this shape, replaced; RefusedInput {@code adapter.config} or {@code adapter.shape}. */
    Become operation(String module, Shape weight, AdapterTensor rows) {
        List<Integer> indices = indices(module, weight);
        if (!rows.tensor().shape().equals(Shape.of(indices.size(), weight.dim(1)))) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s has shape %s; expected [%d, %d] for the %d tokens that adapter_config.json names."
                            .formatted(
                                    rows.name(), rows.tensor().shape(), indices.size(), weight.dim(1), indices.size()),
                    "use the adapter_config.json that was saved with these tensors, and check --base");
        }
        int columns = Math.toIntExact(weight.dim(1));
        Tensor by = new Tensor(inputs.ref(InputRole.ADAPTER, rows.tensor()), indices.size(), columns);
        return new Become(new RowsReplaced(new Base(Math.toIntExact(weight.dim(0)), columns), indices, by));
    }

    private List<Integer> indices(String module, Shape weight) {
        List<Long> named = named(module)
                .flatMap(JsonArray::wholes)
                .filter(all -> weight.rank() == 2 && all.stream().allMatch(id -> id >= 0 && id < weight.dim(0)))
                .orElseThrow(() -> new RefusedInput(
                        "adapter.config",
                        "adapter_config.json names no list of tokens of %s that its weight of shape %s has."
                                .formatted(module, weight),
                        "use the adapter_config.json that was saved with these tensors, and check --base"));
        return named.stream().map(Math::toIntExact).toList();
    }

    private Optional<JsonArray> named(String module) {
        Optional<JsonValue> ids =
                config.json().get(config.peftType().equals("TRAINABLE_TOKENS") ? "token_indices" : MEMBER);
        if (ids.isPresent() && ids.get() instanceof JsonObject byModule) {
            return byModule.members().entrySet().stream()
                    .filter(entry -> ("." + config.trainedName(module)).endsWith("." + entry.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .map(value -> value instanceof JsonArray array ? array : new JsonArray(List.of()));
        }
        return ids.filter(JsonArray.class::isInstance).map(JsonArray.class::cast);
    }
}
