package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * How many blocks stand along the diagonal of A and of B in a block-diagonal LoRA ({@code use_bdlora}); the file holds the blocks alone.
 *
 * @param ofA 1 where A is a full matrix
 * @param used whether the adapter has such modules at all: then PEFT casts the deltas of all modules before it adds them
 */
record DiagonalBlocks(int ofA, int ofB, boolean used) {
    static final DiagonalBlocks NONE = new DiagonalBlocks(1, 1, false);

    /** As PEFT finds it: a name in a list counts where it is any part of the module's. */
    static DiagonalBlocks of(AdapterConfig config, LoraPlace place) {
        Optional<JsonObject> options = config.json().object("use_bdlora");
        if (options.isEmpty()) {
            return NONE;
        }
        int blocks = Math.toIntExact(options.get().integer("nblocks").orElse(1L));
        boolean a = isNamed(options.get(), "target_modules_bd_a", place.module());
        boolean b = isNamed(options.get(), "target_modules_bd_b", place.module());
        if (a && b || blocks < 1 || config.rankOf(place.module()) % blocks != 0) {
            throw new RefusedInput(
                    "adapter.config",
                    "use_bdlora in adapter_config.json gives %s %d blocks%s; expected blocks of A or of B that divide the rank %d."
                            .formatted(
                                    place.module(),
                                    blocks,
                                    a && b ? " in A and in B" : "",
                                    config.rankOf(place.module())),
                    "use the adapter_config.json that was saved with these tensors");
        }
        return new DiagonalBlocks(a ? blocks : 1, b ? blocks : 1, true);
    }

    private static boolean isNamed(JsonObject options, String list, String module) {
        return options.array(list).flatMap(JsonArray::texts).orElse(List.of()).stream()
                .anyMatch(module::contains);
    }
}
