package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Become;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives an adapter's changes its weight. A weight is defined for what is added to a weight of the base; what replaces or turns one has no half, and
 * other tools disagree on what it would be.
 */
record WeightedChanges(AdapterConfig config) {

    /** RefusedInput {@code adapter.weight} when the adapter has a weight other than 1 and does more than add. */
    Changes of(Changes changes) {
        if (config.weight() == 1) {
            return changes;
        }
        changes.added().keySet().stream().findFirst().ifPresent(parameter -> {
            throw refuse(parameter, "is saved whole");
        });
        Map<String, ParameterChange> weighted = new TreeMap<>(NaturalOrder.INSTANCE);
        weighted.putAll(changes.byParameter());
        weighted.replaceAll(this::of);
        return new Changes(weighted, changes.added(), changes.task(), changes.ledger(), changes.copies());
    }

    private ParameterChange of(String parameter, ParameterChange change) {
        if (change.replacement().isPresent() && !change.mirror()) {
            throw refuse(parameter, "is saved whole");
        }
        return new ParameterChange(
                change.replacement(),
                change.mirror(),
                change.operations().stream()
                        .map(operation -> of(parameter, operation))
                        .toList());
    }

    private Operation of(String parameter, Operation operation) {
        return switch (operation) {
            case AddLowRank add -> add; // the scale of a LoRA has the weight in it
            case Become(Sum(Base base, var delta)) ->
                isLora() ? operation : new Become(new Sum(base, new Scaled(delta, (float) config.weight())));
            case Become _ -> throw refuse(parameter, "becomes more than a sum of the base's value and a delta");
        };
    }

    private boolean isLora() {
        return config.type().filter(AdapterType.LORA::equals).isPresent();
    }

    private RefusedInput refuse(String parameter, String what) {
        return new RefusedInput(
                "adapter.weight",
                "The adapter (%s) has the weight %s, but its %s %s; a weight is defined for deltas that are added."
                        .formatted(config.summary(), config.weight(), parameter, what),
                "give it the weight 1, which is also what it has where none is said");
    }
}
