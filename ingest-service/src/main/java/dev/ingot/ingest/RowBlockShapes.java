package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.names.RowBlocks;
import dev.ingot.ingest.Adapter.AdapterTensor;
import java.util.Map;
import java.util.Optional;

/** Whether the tensors of one parameter belong together and to its rows in the base. */
record RowBlockShapes(String trained, RowBlocks place, Map<Role, AdapterTensor> roles) {

    /** RefusedInput {@code adapter.half-pair} where a tensor is missing, {@code adapter.shape} where it has another shape. */
    void require(Role role, Shape shape) {
        AdapterTensor tensor = Optional.ofNullable(roles.get(role))
                .orElseThrow(() -> lost("%s of the adapter has no partner: it needs an A and a B.".formatted(trained)));
        if (!tensor.tensor().shape().equals(shape)) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s has shape %s; expected %s for its rows of %s."
                            .formatted(
                                    tensor.name(),
                                    tensor.tensor().shape(),
                                    shape,
                                    String.join(" and ", place.parameters())),
                    "check --base and r in adapter_config.json: the adapter was trained on a model of another size");
        }
    }

    /** DoRA's magnitude, one number for each row; RefusedInput {@code adapter.half-pair} where the config and the file do not say the same. */
    void requireMagnitude(boolean dora, int rows) {
        if (!dora || !roles.containsKey(Role.MAGNITUDE)) {
            throw lost(
                    dora
                            ? "adapter_config.json says use_dora, but %s has no lora_magnitude_vector."
                                    .formatted(trained)
                            : "%s is a magnitude of DoRA, but adapter_config.json does not say use_dora."
                                    .formatted(roles.get(Role.MAGNITUDE).name()));
        }
        require(Role.MAGNITUDE, Shape.of(rows));
    }

    /** RefusedInput {@code adapter.duplicate-key} where something else is there too. */
    void requireAlone(Role role) {
        roles.forEach((other, tensor) -> {
            if (other != role) {
                throw new RefusedInput(
                        "adapter.duplicate-key",
                        "%s and %s of the adapter are both for %s."
                                .formatted(roles.get(role).name(), tensor.name(), trained),
                        "save one adapter at a time (PEFT: selected_adapters)");
            }
        });
    }

    private static RefusedInput lost(String sentence) {
        return new RefusedInput("adapter.half-pair", sentence, "save the adapter again; a part of it was lost");
    }
}
