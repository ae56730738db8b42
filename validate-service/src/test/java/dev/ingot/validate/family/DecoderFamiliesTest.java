package dev.ingot.validate.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DecoderFamiliesTest {
    @Test
    void everyDescriptionIsHeldAgainstTransformers() throws IOException, URISyntaxException {
        Path checkpoints =
                Path.of(DecoderFamiliesTest.class.getResource("/families").toURI());
        Set<String> undescribed = new TreeSet<>(DecoderFamilies.modelTypes());
        for (File folder : checkpoints.toFile().listFiles(File::isDirectory)) {
            ModelConfig config = ModelConfig.read(FolderFiles.of(folder.toPath()));
            undescribed.remove(config.modelType());
            undescribed.remove(DecoderFamilies.textType(config));
        }
        assertEquals(Set.of(), undescribed, "model types without a checkpoint of make_families.py");
    }
}
