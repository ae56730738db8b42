package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LoRA on the Conv1D layers of a quantized GPT-2, whose packed weights lie the other way round. */
class Conv1dPlanTest {
    private static final String MODULE = "transformer.h.0.attn.";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-nf4", "gpt2-int8"})
    void weightAndDeltaAreBothInThePlainCheckpointsOrientation(String base) throws IOException {
        Plan plan = plan(base);

        OutputTensor wide = output(plan, "c_attn");
        assertEquals(Shape.of(32, 96), wide.shape());
        assertInstanceOf(Value.Transposed.class, wide.value());
        assertTransposed(wide, "c_attn");
        assertTransposed(output(plan, "c_proj"), "c_proj");
    }

    /** W[in, out] += s · Aᵀ · Bᵀ. */
    private static void assertTransposed(OutputTensor output, String module) {
        AddLowRank delta = (AddLowRank) output.operations().getFirst();
        assertTrue(delta.left().tensor().name().endsWith(module + ".lora_A.weight"));
        assertTrue(delta.left().transposed() && delta.right().transposed());
    }

    private Plan plan(String base) throws IOException {
        SafetensorsLayout layout = SafetensorsLayout.of(List.of(
                factor("c_attn.lora_A", 2, 32),
                factor("c_attn.lora_B", 96, 2),
                factor("c_proj.lora_A", 2, 32),
                factor("c_proj.lora_B", 32, 2)));
        Files.write(
                folder.resolve("adapter_model.safetensors"),
                Arrays.copyOf(layout.header(), Math.toIntExact(layout.fileSize())));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"fan_in_fan_out\": true, "
                        + "\"task_type\": \"CAUSAL_LM\", \"target_modules\": [\"c_attn\", \"c_proj\"]}");
        return new Planner()
                .plan(
                        Requests.plain(),
                        FolderFiles.of(Path.of("..", "checkpoint", "src", "test", "resources", "quantized")
                                .resolve(base)),
                        FolderFiles.of(folder));
    }

    private static TensorSpec factor(String name, long rows, long columns) {
        return new TensorSpec("base_model.model." + MODULE + name + ".weight", DType.F32, Shape.of(rows, columns));
    }

    private static OutputTensor output(Plan plan, String module) {
        return plan.outputs().stream()
                .filter(output -> output.name().equals(MODULE + module + ".weight"))
                .findFirst()
                .orElseThrow();
    }
}
