package dev.ingot.validate;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A tiny Llama of random weights and a random adapter for it, with the demo's tokenizer: perplexity says nothing here. */
record RandomRun(Path base, Path adapter) {
    private static final int HIDDEN = 64;
    private static final int WIDE = 96;
    private static final int RANK = 4;
    private static final int VOCABULARY = 4096;

    /**
     * Writes both into {@code folder}.
     *
     * @param deltaSize standard deviation of the adapter's factors
     */
    static RandomRun write(Path folder, DType dtype, double deltaSize) throws IOException {
        return write(folder, dtype, deltaSize, false, false);
    }

    /**
     * Writes both into {@code folder}.
     *
     * @param equalEnds whether the base stores one matrix twice, for input and output embedding
     * @param trainsHead whether the adapter has a delta for the output embedding
     */
    static RandomRun write(Path folder, DType dtype, double deltaSize, boolean equalEnds, boolean trainsHead)
            throws IOException {
        Random random = new Random(7);
        RandomRun run = new RandomRun(folder.resolve("base"), folder.resolve("adapter"));
        Files.createDirectories(run.base);
        Files.createDirectories(run.adapter);
        Tensors base = new Tensors();
        Tensors adapter = new Tensors();
        base.put(
                "model.embed_tokens.weight",
                dtype,
                Shape.of(VOCABULARY, HIDDEN),
                normal(random, VOCABULARY * HIDDEN, 0.5));
        float[] head = normal(random, VOCABULARY * HIDDEN, 0.3);
        float[] shared = base.get("model.embed_tokens.weight").floats();
        base.put("lm_head.weight", dtype, Shape.of(VOCABULARY, HIDDEN), equalEnds ? shared : head);
        base.put("model.norm.weight", dtype, Shape.of(HIDDEN), ones());
        for (int layer = 0; layer < 2; layer++) {
            String prefix = "model.layers." + layer + ".";
            base.put(prefix + "input_layernorm.weight", dtype, Shape.of(HIDDEN), ones());
            base.put(prefix + "post_attention_layernorm.weight", dtype, Shape.of(HIDDEN), ones());
            for (String name :
                    List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj")) {
                linear(random, base, adapter, prefix + name, HIDDEN, HIDDEN, dtype, deltaSize);
            }
            linear(random, base, adapter, prefix + "mlp.gate_proj", WIDE, HIDDEN, dtype, deltaSize);
            linear(random, base, adapter, prefix + "mlp.up_proj", WIDE, HIDDEN, dtype, deltaSize);
            linear(random, base, adapter, prefix + "mlp.down_proj", HIDDEN, WIDE, dtype, deltaSize);
        }
        if (trainsHead) {
            pair(random, adapter, "lm_head", VOCABULARY, HIDDEN, deltaSize);
        }
        base.write(run.base.resolve("model.safetensors"));
        adapter.write(run.adapter.resolve("adapter_model.safetensors"));
        Files.writeString(run.base.resolve("config.json"), config(dtype));
        Files.writeString(
                run.adapter.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": %d, \"lora_alpha\": 8, \"task_type\": \"CAUSAL_LM\"}"
                        .formatted(RANK));
        Files.copy(Demo.folder().resolve("base-nf4/tokenizer.json"), run.base.resolve("tokenizer.json"));
        return run;
    }

    private static void linear(
            Random random,
            Tensors base,
            Tensors adapter,
            String module,
            int out,
            int in,
            DType dtype,
            double deltaSize) {
        base.put(module + ".weight", dtype, Shape.of(out, in), normal(random, out * in, 0.12));
        pair(random, adapter, module, out, in, deltaSize);
    }

    private static void pair(Random random, Tensors adapter, String module, int out, int in, double deltaSize) {
        String key = "base_model.model." + module;
        adapter.put(key + ".lora_A.weight", DType.F32, Shape.of(RANK, in), normal(random, RANK * in, deltaSize));
        adapter.put(key + ".lora_B.weight", DType.F32, Shape.of(out, RANK), normal(random, RANK * out, deltaSize));
    }

    private static float[] normal(Random random, int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    private static float[] ones() {
        float[] ones = new float[HIDDEN];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }

    private static String config(DType dtype) {
        return """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": %d, "intermediate_size": %d,
                 "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 4, "vocab_size": %d,
                 "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "hidden_act": "silu", "torch_dtype": "%s",
                 "tie_word_embeddings": false, "bos_token_id": 0, "eos_token_id": 1}
                """.formatted(HIDDEN, WIDE, VOCABULARY, dtype.torchName());
    }
}
