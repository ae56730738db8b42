package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.ShardIndex;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.standalone.Main;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A base with the shapes of 70B parameters in 30 shards and a LoRA of rank 64 on every linear layer: planned and refused by a process whose heap has 64 MB. */
@Timeout(300)
class LargeModelTest {
    private static final int HIDDEN = 8192;
    private static final int LAYERS = 80;
    private static final int SHARDS = 30;
    private static final int RANK = 64;
    private static final Map<String, Shape> MODULES = new TreeMap<>(Map.of(
            "self_attn.q_proj", Shape.of(HIDDEN, HIDDEN),
            "self_attn.k_proj", Shape.of(1024, HIDDEN),
            "self_attn.v_proj", Shape.of(1024, HIDDEN),
            "self_attn.o_proj", Shape.of(HIDDEN, HIDDEN),
            "mlp.gate_proj", Shape.of(28672, HIDDEN),
            "mlp.up_proj", Shape.of(28672, HIDDEN),
            "mlp.down_proj", Shape.of(HIDDEN, 28672)));

    @TempDir
    Path dir;

    @BeforeEach
    void files() throws IOException {
        Path base = Files.createDirectories(dir.resolve("base"));
        Map<String, List<TensorSpec>> shards = new LinkedHashMap<>();
        List<TensorSpec> tensors = base();
        for (int i = 0; i < SHARDS; i++) {
            List<TensorSpec> part = tensors.subList(i * tensors.size() / SHARDS, (i + 1) * tensors.size() / SHARDS);
            String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, SHARDS);
            shards.put(name, part);
            sparse(base.resolve(name), part);
        }
        Files.writeString(base.resolve(ShardIndex.FILE), ShardIndex.write(shards));
        Files.writeString(base.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80,
                 "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 128256, "dtype": "bfloat16",
                 "tie_word_embeddings": false, "rms_norm_eps": 1e-05, "hidden_act": "silu", "max_position_embeddings": 8192}""");
        Files.createDirectories(dir.resolve("adapter"));
        Files.writeString(dir.resolve("adapter/adapter_config.json"), """
                {"peft_type": "LORA", "r": 64, "lora_alpha": 128, "task_type": "CAUSAL_LM",
                 "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}""");
    }

    @Test
    void itIsExplainedWhole() throws Exception {
        adapter(HIDDEN);
        Done done = run("explain", "--base", "base", "--adapter", "adapter");
        assertEquals(0, done.exit(), done.text());
        assertEquals(
                2L * LAYERS * MODULES.size(),
                done.text().lines().filter(line -> line.contains(" MERGED ")).count());
    }

    @Test
    void whatDoesNotFitInTheLastLayerIsRefused() throws Exception {
        adapter(HIDDEN + 1);
        Done done = run("merge", "--base", "base", "--adapter", "adapter", "--out", "out");
        assertEquals(3, done.exit(), done.text());
        assertTrue(done.text().contains("adapter.shape"), done.text());
        assertTrue(done.text().contains("layers.79"), done.text());
        assertFalse(Files.exists(dir.resolve("out")));
    }

    private static List<TensorSpec> base() {
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(new TensorSpec("model.embed_tokens.weight", DType.BF16, Shape.of(128256, HIDDEN)));
        for (int layer = 0; layer < LAYERS; layer++) {
            String lead = "model.layers." + layer + ".";
            MODULES.forEach(
                    (module, shape) -> tensors.add(new TensorSpec(lead + module + ".weight", DType.BF16, shape)));
            for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
                tensors.add(new TensorSpec(lead + norm + ".weight", DType.BF16, Shape.of(HIDDEN)));
            }
        }
        tensors.add(new TensorSpec("model.norm.weight", DType.BF16, Shape.of(HIDDEN)));
        tensors.add(new TensorSpec("lm_head.weight", DType.BF16, Shape.of(128256, HIDDEN)));
        return tensors;
    }

    /** @param width of the last layer's q_proj as the adapter sees it */
    private void adapter(int width) throws IOException {
        List<TensorSpec> tensors = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            String lead = "base_model.model.model.layers." + layer + ".";
            boolean last = layer == LAYERS - 1;
            MODULES.forEach((module, shape) -> {
                long in = last && module.endsWith("q_proj") ? width : shape.dim(1);
                tensors.add(new TensorSpec(lead + module + ".lora_A.weight", DType.BF16, Shape.of(RANK, in)));
                tensors.add(new TensorSpec(lead + module + ".lora_B.weight", DType.BF16, Shape.of(shape.dim(0), RANK)));
            });
        }
        sparse(dir.resolve("adapter/adapter_model.safetensors"), tensors);
    }

    /** The header, and zeros that take no room on the disk. */
    private static void sparse(Path file, List<TensorSpec> tensors) throws IOException {
        SafetensorsLayout layout = SafetensorsLayout.of(tensors);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(layout.header());
            out.setLength(layout.fileSize());
        }
    }

    private record Done(int exit, String text) {}

    private Done run(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        Collections.addAll(command, words);
        Path text = dir.resolve("text");
        Process process = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(text.toFile())
                .start();
        assertTrue(process.waitFor(200, TimeUnit.SECONDS), "did not end");
        return new Done(process.exitValue(), Files.readString(text, StandardCharsets.UTF_8));
    }
}
