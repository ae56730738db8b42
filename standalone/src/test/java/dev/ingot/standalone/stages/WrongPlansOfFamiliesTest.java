package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.validate.Judgement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The planner's plans of a Llama, a tied model and two mixtures of experts with one thing wrong, carried out faithfully by merge. */
@Timeout(120)
class WrongPlansOfFamiliesTest {
    private static final String HEAD = "lm_head.weight";

    @TempDir
    Path folder;

    enum Mistake implements UnaryOperator<Plan> {
        ANOTHER_ALPHA {
            @Override
            public Plan apply(Plan plan) {
                return ChangedPlan.eachTensor(
                        plan,
                        tensor -> Optional.of(with(
                                tensor,
                                tensor.operations().stream()
                                        .map(Mistake::scaled)
                                        .toList())));
            }
        },
        ONE_OPERATION_MISSING {
            @Override
            public Plan apply(Plan plan) {
                String first = touched(plan).getFirst().name();
                return ChangedPlan.eachTensor(
                        plan, tensor -> Optional.of(tensor.name().equals(first) ? with(tensor, List.of()) : tensor));
            }
        },
        TWO_KEYS_EXCHANGED {
            @Override
            public Plan apply(Plan plan) {
                OutputTensor one = touched(plan).getFirst();
                OutputTensor other = touched(plan).stream()
                        .filter(tensor -> !tensor.name().equals(one.name())
                                && tensor.shape().equals(one.shape()))
                        .findFirst()
                        .orElseThrow();
                return ChangedPlan.eachTensor(plan, tensor -> {
                    OutputTensor from = tensor.name().equals(one.name())
                            ? other
                            : tensor.name().equals(other.name()) ? one : tensor;
                    return Optional.of(with(tensor, from.operations()));
                });
            }
        },
        TIED_ALTHOUGH_THE_ENDS_DIFFER {
            @Override
            public Plan apply(Plan plan) {
                Plan without = ChangedPlan.eachTensor(
                        plan,
                        tensor ->
                                Optional.of(tensor).filter(each -> !each.name().equals(HEAD)));
                String config = Json.write(
                        Json.parseObject(plan.config().getBytes(StandardCharsets.UTF_8), "config.json of the plan")
                                .with(List.of("tie_word_embeddings"), new JsonBool(true)));
                return ChangedPlan.with(plan, without.shards(), config);
            }
        };

        private static List<OutputTensor> touched(Plan plan) {
            return plan.outputs().stream()
                    .filter(tensor -> !tensor.isUntouched())
                    .toList();
        }

        private static OutputTensor with(OutputTensor tensor, List<Operation> operations) {
            return new OutputTensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor.value(), operations);
        }

        private static Operation scaled(Operation operation) {
            return switch (operation) {
                case AddLowRank low ->
                    new AddLowRank(low.left(), low.right(), low.rank(), low.scale() * 33 / 32, low.rounded());
                case Become become -> become;
            };
        }
    }

    @ParameterizedTest
    @CsvSource({
        "lora-patterns, ANOTHER_ALPHA, weights",
        "lora-patterns, ONE_OPERATION_MISSING, weights",
        "lora-patterns, TWO_KEYS_EXCHANGED, weights",
        "tied-ends, ANOTHER_ALPHA, weights",
        "tied-ends, ONE_OPERATION_MISSING, weights",
        "tied-ends, TWO_KEYS_EXCHANGED, weights",
        "tied-ends, TIED_ALTHOUGH_THE_ENDS_DIFFER, structure",
        "experts-one-by-one, ANOTHER_ALPHA, weights",
        "experts-one-by-one, ONE_OPERATION_MISSING, weights",
        "experts-one-by-one, TWO_KEYS_EXCHANGED, weights",
        "experts-one-by-one-float32, ANOTHER_ALPHA, weights",
        "experts-one-by-one-float32, ONE_OPERATION_MISSING, weights",
        "experts-one-by-one-float32, TWO_KEYS_EXCHANGED, weights",
        "experts-fused, ONE_OPERATION_MISSING, weights",
        "experts-fused, TWO_KEYS_EXCHANGED, weights",
    })
    void isRejectedByItsGate(String name, Mistake mistake, String gate) throws Exception {
        PeftCase each = PeftCase.all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        Path adapter = each.adapters().getFirst();
        Plan right = new StagedMerge(each.base(), adapter).plan();
        assertNotEquals(right, mistake.apply(right));
        StagedMerge merge = new StagedMerge(each.base(), adapter, OutputDType.AUTO, mistake);
        Judgement judgement = StagedJudge.judge(merge, each.base(), adapter, folder.resolve("merged"));
        assertEquals(gate, StagedJudge.closed(judgement), judgement.gates()::toString);
    }
}
