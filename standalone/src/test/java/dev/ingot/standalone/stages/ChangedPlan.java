package dev.ingot.standalone.stages;

import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A plan with something else in it. */
final class ChangedPlan {
    private ChangedPlan() {}

    /** With every tensor changed; without those for which nothing comes. */
    static Plan eachTensor(Plan plan, Function<OutputTensor, Optional<OutputTensor>> change) {
        List<OutputShard> shards = plan.shards().stream()
                .map(shard -> new OutputShard(
                        shard.number(),
                        shard.file(),
                        shard.tensors().stream()
                                .map(change)
                                .flatMap(Optional::stream)
                                .toList()))
                .toList();
        return with(plan, shards, plan.config());
    }

    /** With these shards and this config.json. */
    static Plan with(Plan plan, List<OutputShard> shards, String config) {
        return new Plan(
                plan.schema(),
                plan.run(),
                plan.modelType(),
                plan.architecture(),
                plan.inputs(),
                shards,
                plan.ledger(),
                plan.tying(),
                plan.base(),
                plan.assertions(),
                config,
                plan.configEdits(),
                plan.carried(),
                plan.adapterSummary(),
                plan.estimate(),
                plan.provenance(),
                plan.notes(),
                plan.adapters());
    }
}
