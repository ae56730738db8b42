package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import dev.ingot.validate.Judgement;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PEFT itself made of every base and adapter of the tree is the trained model: the judge rejects none of it. */
@Timeout(120)
class PeftMergesJudgedTest {
    private static final String MODEL = "model.safetensors";

    @TempDir
    Path folder;

    static Stream<PeftCase> cases() throws Exception {
        return PeftCase.all().stream()
                .filter(each -> each.weights().isEmpty() && each.adapters().size() == 1);
    }

    @Test
    void thereAreFiftyOfThem() throws Exception {
        assertTrue(cases().count() >= 50);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isNotRejected(PeftCase each) throws Exception {
        StagedMerge merge = StagedMerge.of(each);
        Path merged = merge.write(merge.fused(), folder.resolve("merged"));
        replace(merged, StagedMerge.read(opened(each.merged())));
        Path adapter = each.adapters().getFirst();
        List<AdapterFiles> adapters = List.of(AdapterFiles.whole(adapter.toUri().toString(), FolderFiles.of(adapter)));
        Judgement judgement =
                StagedJudge.judge(merge, StagedJudge.findings(merge, each.base(), Optional.empty(), adapters, merged));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
    }

    private static RangedFile opened(Path file) throws Exception {
        return FolderFiles.of(file.getParent())
                .open(file.getFileName().toString())
                .orElseThrow();
    }

    /** Puts PEFT's tensors in place of Ingot's, in one file. */
    private static void replace(Path merged, Map<String, Tensor> own) throws Exception {
        Map<String, Tensor> tensors = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(merged)) {
            files = all.filter(file -> file.toString().endsWith(".safetensors")).toList();
        }
        for (Path file : files) {
            tensors.putAll(StagedMerge.read(opened(file)));
            Files.delete(file);
        }
        Files.deleteIfExists(merged.resolve("model.safetensors.index.json"));
        assertTrue(tensors.keySet().containsAll(own.keySet()));
        tensors.putAll(own);
        List<TensorSpec> specs = new ArrayList<>();
        tensors.forEach((name, tensor) -> specs.add(
                new TensorSpec(name, tensor.entry().dtype(), tensor.entry().shape())));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(SafetensorsLayout.of(specs).header());
        for (Tensor tensor : tensors.values()) {
            byte[] bytes = new byte[tensor.bytes().remaining()];
            tensor.bytes().duplicate().get(bytes);
            out.write(bytes);
        }
        Files.write(merged.resolve(MODEL), out.toByteArray());
    }
}
