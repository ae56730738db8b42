package dev.ingot.validate.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Conv1dDeltaTest {
    private static final String MODULE = "transformer.h.0.attn.c_proj";

    /** A square layer shows nothing by its shape. */
    @Test
    void theDeltaOfASquareConv1dIsTurned(@TempDir Path folder) throws IOException {
        SafetensorsLayout layout = SafetensorsLayout.of(List.of(
                new TensorSpec("base_model.model." + MODULE + ".lora_A.weight", DType.F32, Shape.of(2, 32)),
                new TensorSpec("base_model.model." + MODULE + ".lora_B.weight", DType.F32, Shape.of(32, 2))));
        Files.write(
                folder.resolve("adapter_model.safetensors"),
                Arrays.copyOf(layout.header(), Math.toIntExact(layout.fileSize())));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"task_type\": \"CAUSAL_LM\"}");
        FolderFiles base = FolderFiles.of(Path.of("../checkpoint/src/test/resources/quantized/gpt2-nf4"));

        try (CheckpointWeights weights = CheckpointWeights.ofModel(base);
                AdapterFolder adapter = AdapterFolder.open(FolderFiles.of(folder))) {
            ModuleDelta delta = TrainedModel.of(weights, ModelConfig.read(base), adapter)
                    .deltas()
                    .get(MODULE);

            assertTrue(delta.left().endsWith("lora_A.weight"));
            assertTrue(delta.leftTransposed() && delta.rightTransposed());
            assertEquals(32, delta.rows());
        }
    }
}
