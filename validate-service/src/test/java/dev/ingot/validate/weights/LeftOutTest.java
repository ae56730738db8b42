package dev.ingot.validate.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.validate.family.RecipeReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an adapter changes and a forward pass over text does not pass is named. */
class LeftOutTest {
    @Test
    void aTowerThatSeesIsNamed() throws IOException, URISyntaxException {
        List<String> leftOut = leftOut("llava-in-memory");
        assertEquals(1, leftOut.size());
        assertTrue(leftOut.getFirst().startsWith("model.vision_tower."), leftOut::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava", "gemma4", "gemma4-moe", "mixtral", "gpt-oss", "gpt2", "qwen2-moe", "qwen3.5-vl"})
    void everythingElseIsMeasured(String name) throws IOException, URISyntaxException {
        assertEquals(List.of(), leftOut(name));
    }

    private static List<String> leftOut(String name) throws IOException, URISyntaxException {
        Path folder = Path.of(LeftOutTest.class.getResource("/families/" + name).toURI());
        FolderFiles files = FolderFiles.of(folder);
        ModelConfig config = ModelConfig.read(files);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files);
                AdapterFolder adapter = AdapterFolder.open(FolderFiles.of(folder.resolve("adapter")))) {
            TrainedModel trained = TrainedModel.of(weights, config, adapter);
            return LeftOut.of(
                    trained,
                    RecipeReader.read(config, trained.ends().tied(), weights::shape)
                            .untied());
        }
    }
}
