package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.validate.Judgement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The planner's plan of the demo with one thing wrong, carried out faithfully by merge: the judge looks at no plan, and finds it. */
@Timeout(120)
class WrongPlansFailTest {
    private static final Path BASE = Path.of("../demo/base-nf4");
    private static final Path ADAPTER = Path.of("../demo/jargon-lora-ends");
    private static final String HEAD = "lm_head.weight";
    private static final String QUERY = "model.layers.0.self_attn.q_proj.weight";
    private static final String OTHER_QUERY = "model.layers.1.self_attn.q_proj.weight";

    @TempDir
    Path folder;

    enum Mistake implements UnaryOperator<Plan> {
        NONE("") {
            @Override
            public Plan apply(Plan plan) {
                return plan;
            }
        },
        ANOTHER_ALPHA("weights") {
            @Override
            public Plan apply(Plan plan) {
                return eachTensor(plan, tensor -> Optional.of(withOperations(tensor, scaled(tensor.operations()))));
            }
        },
        KEYS_EXCHANGED("weights") {
            @Override
            public Plan apply(Plan plan) {
                Map<String, List<Operation>> operations =
                        plan.outputs().stream().collect(Collectors.toMap(OutputTensor::name, OutputTensor::operations));
                Map<String, String> exchanged = Map.of(QUERY, OTHER_QUERY, OTHER_QUERY, QUERY);
                return eachTensor(
                        plan,
                        tensor -> Optional.of(withOperations(
                                tensor, operations.get(exchanged.getOrDefault(tensor.name(), tensor.name())))));
            }
        },
        TIED_ALTHOUGH_THE_ENDS_DIFFER("structure") {
            @Override
            public Plan apply(Plan plan) {
                return withTie(
                        eachTensor(
                                plan,
                                tensor -> Optional.of(tensor)
                                        .filter(each -> !each.name().equals(HEAD))),
                        true);
            }
        },
        BOTH_ENDS_WRITTEN_AND_STILL_CALLED_TIED("structure") {
            @Override
            public Plan apply(Plan plan) {
                return withTie(plan, true);
            }
        },
        HEAD_WITHOUT_ITS_DELTA("weights") {
            @Override
            public Plan apply(Plan plan) {
                return eachTensor(
                        plan,
                        tensor -> Optional.of(tensor.name().equals(HEAD) ? withOperations(tensor, List.of()) : tensor));
            }
        };

        private final String gate;

        Mistake(String gate) {
            this.gate = gate;
        }

        private static List<Operation> scaled(List<Operation> operations) {
            return operations.stream().map(Mistake::scaled).toList();
        }

        private static Operation scaled(Operation operation) {
            return switch (operation) {
                case AddLowRank low ->
                    new AddLowRank(low.left(), low.right(), low.rank(), low.scale() * 33 / 32, low.rounded());
                case Become become -> become;
            };
        }

        private static OutputTensor withOperations(OutputTensor tensor, List<Operation> operations) {
            return new OutputTensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor.value(), operations);
        }

        private static Plan withTie(Plan plan, boolean tied) {
            String config = Json.write(
                    Json.parseObject(plan.config().getBytes(StandardCharsets.UTF_8), "config.json of the plan")
                            .with(List.of("tie_word_embeddings"), new JsonBool(tied)));
            return with(plan, plan.shards(), config);
        }

        private static Plan eachTensor(Plan plan, Function<OutputTensor, Optional<OutputTensor>> change) {
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

        private static Plan with(Plan plan, List<OutputShard> shards, String config) {
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
                    plan.notes());
        }
    }

    @ParameterizedTest
    @EnumSource(Mistake.class)
    void onTheDemo(Mistake mistake) throws Exception {
        Plan right = new StagedMerge(BASE, ADAPTER).plan();
        assertEquals(mistake == Mistake.NONE, right.equals(mistake.apply(right)));
        StagedMerge merge = new StagedMerge(BASE, ADAPTER, OutputDType.AUTO, mistake);
        Judgement judgement = StagedJudge.judge(merge, BASE, ADAPTER, folder.resolve("merged"));
        assertEquals(mistake.gate, StagedJudge.closed(judgement), judgement.gates()::toString);
    }
}
