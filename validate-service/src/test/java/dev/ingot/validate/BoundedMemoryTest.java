package dev.ingot.validate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.RecipeReader;
import dev.ingot.validate.forward.SideBySide;
import dev.ingot.validate.measure.TokenScores;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.Side.Variant;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the forward pass takes, as the peak of a process of its own, does not grow with depth or vocabulary. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads a process's peak in /proc")
class BoundedMemoryTest {
    private static final int HIDDEN = 512;
    private static final int INNER = 2048;
    private static final long SLACK = 64 << 20;

    @TempDir
    private Path scratch;

    @Test
    void twelveLayersTakeWhatTwoTake() throws IOException, InterruptedException {
        long weights = 10L * (4 * HIDDEN * HIDDEN + 3 * HIDDEN * INNER) * Float.BYTES;
        assertTrue(weights > 2 * SLACK, "ten layers more have to be seen where they stay in memory");
        assertSameMemory(peak(2, 1024), peak(12, 1024));
    }

    @Test
    void aVocabularyOf256ThousandTakesWhatOneOfAThousandTakes() throws IOException, InterruptedException {
        assertSameMemory(peak(2, 1024), peak(2, 256_000));
    }

    private static void assertSameMemory(long small, long large) {
        assertTrue(large - small < SLACK, "%d MB instead of %d MB".formatted(large >> 20, small >> 20));
    }

    private long peak(int layers, int vocabulary) throws IOException, InterruptedException {
        Path folder = scratch.resolve(layers + "-" + vocabulary);
        write(folder, layers, vocabulary);
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xms32m",
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines =
                new String(child.getInputStream().readAllBytes(), UTF_8).lines().toList();
        assertEquals(0, child.waitFor(), () -> String.join("\n", lines));
        return Long.parseLong(lines.getLast());
    }

    /** A Llama of zeros, to which all tokens are equally likely; the file is sparse. */
    private static void write(Path folder, int layers, int vocabulary) throws IOException {
        Files.createDirectory(folder);
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": %d, "intermediate_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": 8, "num_key_value_heads": 8, "vocab_size": %d,
                 "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "hidden_act": "silu", "torch_dtype": "bfloat16",
                 "tie_word_embeddings": true, "bos_token_id": 0, "eos_token_id": 1}
                """.formatted(HIDDEN, INNER, layers, vocabulary));
        Map<String, long[]> tensors = new LinkedHashMap<>();
        tensors.put("model.embed_tokens.weight", new long[] {vocabulary, HIDDEN});
        tensors.put("model.norm.weight", new long[] {HIDDEN});
        for (int i = 0; i < layers; i++) {
            String layer = "model.layers." + i + ".";
            tensors.put(layer + "input_layernorm.weight", new long[] {HIDDEN});
            tensors.put(layer + "post_attention_layernorm.weight", new long[] {HIDDEN});
            for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                tensors.put(layer + "self_attn." + name + ".weight", new long[] {HIDDEN, HIDDEN});
            }
            tensors.put(layer + "mlp.gate_proj.weight", new long[] {INNER, HIDDEN});
            tensors.put(layer + "mlp.up_proj.weight", new long[] {INNER, HIDDEN});
            tensors.put(layer + "mlp.down_proj.weight", new long[] {HIDDEN, INNER});
        }
        StringBuilder header = new StringBuilder("{");
        long at = 0;
        for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
            long[] shape = tensor.getValue();
            long end = at + 2 * shape[0] * (shape.length == 1 ? 1 : shape[1]);
            header.append(header.length() == 1 ? "" : ",")
                    .append("\"%s\":{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                            .formatted(tensor.getKey(), Arrays.toString(shape), at, end));
            at = end;
        }
        byte[] json = header.append("}").toString().getBytes(UTF_8);
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
            file.write(json);
            file.setLength(8 + json.length + at);
        }
    }

    /** Runs three models on two windows, as the judge does, and prints its own peak in bytes. */
    static final class Child {
        private Child() {}

        public static void main(String[] folder) throws IOException, InterruptedException {
            FolderFiles files = FolderFiles.of(Path.of(folder[0]));
            ModelConfig config = ModelConfig.read(files);
            int[] tokens = IntStream.range(0, 33).map(i -> i * 7 % 1000).toArray();
            List<Window> windows = List.of(new Window(0, tokens), new Window(0, tokens));
            try (CheckpointWeights weights = CheckpointWeights.ofModel(files)) {
                DecoderRecipe recipe = RecipeReader.read(config, true, weights::shape);
                TokenScores scores = SideBySide.run(
                        new Side(Variant.BASE, recipe, weights, Map.of()),
                        new Side(Variant.UNMERGED, recipe, weights, Map.of()),
                        new Side(Variant.MERGED, recipe, weights, Map.of()),
                        windows,
                        2,
                        Progress.NONE);
                if (Math.abs(scores.merged()[63] - Math.log(recipe.vocabulary())) > 1e-6) {
                    throw new IllegalStateException("all tokens are equally likely, not " + scores.merged()[63]);
                }
            }
            String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .findFirst()
                    .orElseThrow();
            System.out.println(Long.parseLong(peak.replaceAll("\\D", "")) << 10);
        }
    }
}
