package dev.ingot.standalone.training;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A checkpoint with as many tensors as a model of a billion parameters has, each so small that all of them are dequantized in a moment: Llama in
 * NF4 with double quantization, as bitsandbytes saves it. The values are noise.
 */
public final class TrainingBase {
    private static final int LAYERS = 16;
    private static final int HIDDEN = 256;
    private static final int KEYS = 64;
    private static final int INNER = 1024;
    private static final int VOCABULARY = 8192;
    private static final int BLOCK = 64;
    private static final int OUTER_BLOCK = 256;

    private final Random random = new Random(1);
    private final DType dtype;
    private final List<TensorSpec> tensors = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();

    private TrainingBase(DType dtype) {
        this.dtype = dtype;
    }

    /**
     * Writes the folder.
     *
     * @param dtype BF16 or F16: of what is not packed, and of what was packed
     */
    public static void write(Path folder, DType dtype) throws IOException {
        TrainingBase base = new TrainingBase(dtype);
        base.addModel();
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), base.config());
        try (OutputStream file = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            file.write(SafetensorsLayout.of(base.tensors).header());
            for (byte[] content : base.contents) {
                file.write(content);
            }
        }
    }

    private void addModel() {
        addPlain("model.embed_tokens.weight", VOCABULARY, HIDDEN);
        for (int i = 0; i < LAYERS; i++) {
            String layer = "model.layers." + i + ".";
            addPlain(layer + "input_layernorm.weight", HIDDEN);
            addPlain(layer + "post_attention_layernorm.weight", HIDDEN);
            addPacked(layer + "self_attn.q_proj.weight", HIDDEN, HIDDEN);
            addPacked(layer + "self_attn.k_proj.weight", KEYS, HIDDEN);
            addPacked(layer + "self_attn.v_proj.weight", KEYS, HIDDEN);
            addPacked(layer + "self_attn.o_proj.weight", HIDDEN, HIDDEN);
            addPacked(layer + "mlp.gate_proj.weight", INNER, HIDDEN);
            addPacked(layer + "mlp.up_proj.weight", INNER, HIDDEN);
            addPacked(layer + "mlp.down_proj.weight", HIDDEN, INNER);
        }
        addPlain("model.norm.weight", HIDDEN);
    }

    private void addPlain(String name, int... shape) {
        int elements = 1;
        for (int dimension : shape) {
            elements *= dimension;
        }
        add(name, dtype, new byte[2 * elements], shape);
    }

    private void addPacked(String name, int rows, int columns) {
        int elements = rows * columns;
        int blocks = elements / BLOCK;
        add(name, DType.U8, noise(elements / 2), elements / 2, 1);
        add(name + ".absmax", DType.U8, noise(blocks), blocks);
        add(name + ".quant_map", DType.F32, code(), 16);
        int outers = Math.ceilDiv(blocks, OUTER_BLOCK);
        add(name + ".nested_absmax", DType.F32, floats(outers, i -> 0.02f), outers);
        add(name + ".nested_quant_map", DType.F32, floats(256, i -> (i - 127) / 128f), 256);
        byte[] state = state(rows, columns).getBytes(StandardCharsets.UTF_8);
        add(name + ".quant_state.bitsandbytes__nf4", DType.U8, state, state.length);
    }

    private void add(String name, DType type, byte[] content, int... shape) {
        List<Long> dimensions = new ArrayList<>();
        for (int dimension : shape) {
            dimensions.add((long) dimension);
        }
        tensors.add(new TensorSpec(name, type, new Shape(dimensions)));
        contents.add(content);
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] code() {
        return floats(16, FourBitCode.NF4::value);
    }

    private interface Floats {
        float at(int index);
    }

    private static byte[] floats(int length, Floats values) {
        ByteBuffer bytes = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            bytes.putFloat(values.at(i));
        }
        return bytes.array();
    }

    private String state(int rows, int columns) {
        return """
                {"quant_type": "nf4", "blocksize": %d, "dtype": "%s", "shape": [%d, %d], \
                "nested_blocksize": %d, "nested_dtype": "float32", "nested_offset": 0.05000000074505806}""".formatted(BLOCK, dtype.torchName(), rows, columns, OUTER_BLOCK);
    }

    private String config() {
        return """
                {
                  "architectures": ["LlamaForCausalLM"],
                  "bos_token_id": 1,
                  "dtype": "%1$s",
                  "eos_token_id": 2,
                  "head_dim": 16,
                  "hidden_act": "silu",
                  "hidden_size": %2$d,
                  "intermediate_size": %3$d,
                  "max_position_embeddings": 2048,
                  "model_type": "llama",
                  "num_attention_heads": %4$d,
                  "num_hidden_layers": %5$d,
                  "num_key_value_heads": %6$d,
                  "quantization_config": {
                    "bnb_4bit_compute_dtype": "%1$s",
                    "bnb_4bit_quant_storage": "uint8",
                    "bnb_4bit_quant_type": "nf4",
                    "bnb_4bit_use_double_quant": true,
                    "load_in_4bit": true,
                    "load_in_8bit": false,
                    "quant_method": "bitsandbytes"
                  },
                  "rms_norm_eps": 1e-06,
                  "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
                  "tie_word_embeddings": true,
                  "transformers_version": "5.23.0",
                  "vocab_size": %7$d
                }
                """.formatted(dtype.torchName(), HIDDEN, INNER, HIDDEN / 16, LAYERS, KEYS / 16, VOCABULARY);
    }
}
