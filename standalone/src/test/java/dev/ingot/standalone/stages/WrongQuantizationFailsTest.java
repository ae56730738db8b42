package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.validate.Judgement;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The planner's plan of a merge onto a base that training quantized while loading it, with one thing wrong about that, carried out faithfully: the
 * judge quantizes on its own, and finds it.
 */
@Timeout(120)
class WrongQuantizationFailsTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures");
    private static final Path BASE = FIXTURES.resolve("base-fp16");
    private static final Path ADAPTER = FIXTURES.resolve("adapters/lora-half");
    private static final String CONFIG = "nf4-double";
    private static final String UNTOUCHED = "model.layers.1.mlp.down_proj.weight";
    private static final String EMBEDDING = "model.embed_tokens.weight";

    @TempDir
    Path folder;

    enum Mistake implements UnaryOperator<Plan> {
        NONE("") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return value;
            }
        },
        NOTHING_IS_QUANTIZED("base") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return value instanceof Quantized4Bit quantized ? quantized.of() : value;
            }
        },
        ONE_MODULE_IS_LEFT_OUT("weights") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return tensor.name().equals(UNTOUCHED) && value instanceof Quantized4Bit quantized
                        ? quantized.of()
                        : value;
            }
        },
        THE_EMBEDDING_IS_QUANTIZED_TOO("weights") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return tensor.name().equals(EMBEDDING) ? new Quantized4Bit(value, "nf4", 64, true) : value;
            }
        },
        FP4("weights") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return value instanceof Quantized4Bit right ? new Quantized4Bit(right.of(), "fp4", 64, true) : value;
            }
        },
        BLOCKS_OF_128("weights") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return value instanceof Quantized4Bit right ? new Quantized4Bit(right.of(), "nf4", 128, true) : value;
            }
        },
        SCALES_ARE_NOT_QUANTIZED("weights") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return value instanceof Quantized4Bit right ? new Quantized4Bit(right.of(), "nf4", 64, false) : value;
            }
        },
        FROM_BFLOAT16("weights") {
            @Override
            Value of(OutputTensor tensor, Value value) {
                return value instanceof Quantized4Bit right && right.of() instanceof Stored stored
                        ? new Quantized4Bit(new Stored(stored.tensor(), DType.BF16), "nf4", 64, true)
                        : value;
            }
        };

        private final String gate;

        Mistake(String gate) {
            this.gate = gate;
        }

        abstract Value of(OutputTensor tensor, Value value);

        @Override
        public Plan apply(Plan plan) {
            return ChangedPlan.eachTensor(
                    plan,
                    tensor -> Optional.of(new OutputTensor(
                            tensor.name(),
                            tensor.dtype(),
                            tensor.shape(),
                            of(tensor, tensor.value()),
                            tensor.operations())));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isRejected(Mistake mistake) throws Exception {
        Plan right = new StagedMerge(BASE, ADAPTER, OutputDType.AUTO, CONFIG, plan -> plan).plan();
        assertEquals(mistake == Mistake.NONE, right.equals(mistake.apply(right)));
        StagedMerge merge = new StagedMerge(BASE, ADAPTER, OutputDType.AUTO, CONFIG, mistake);
        Judgement judgement = StagedJudge.judge(
                merge, BASE, Optional.of(TrainingQuantization.read(CONFIG)), ADAPTER, folder.resolve("merged"));
        assertEquals(mistake.gate, StagedJudge.closed(judgement), judgement.gates()::toString);
    }
}
