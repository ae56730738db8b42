package dev.ingot.validate;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A model of random weights and a random adapter on every linear layer of it, of three architectures, without a tokenizer: nothing but the weights
 * can tell right from wrong. Norms are random too, and the embedding in bfloat16 has values that float16 has not.
 */
record TinyRun(Architecture architecture, Path base, Path adapter) {
    static final int HIDDEN = 64;
    static final int HEADS = 4;
    static final int EXPERTS = 3;
    private static final int WIDE = 96;
    private static final int RANK = 4;
    private static final int VOCABULARY = 96;

    /** What is written. */
    enum Architecture {
        LLAMA("llama", "LlamaForCausalLM", false),
        QWEN3_TIED("qwen3", "Qwen3ForCausalLM", true),
        MIXTRAL("mixtral", "MixtralForCausalLM", false);

        private final String type;
        private final String name;
        private final boolean tied;

        Architecture(String type, String name, boolean tied) {
            this.type = type;
            this.name = name;
            this.tied = tied;
        }

        boolean hasExperts() {
            return this == MIXTRAL;
        }

        /** Module of the layer's gate projection, or of its first expert's. */
        String gate(int layer) {
            return hasExperts() ? expert(layer, 0) + "w1" : "model.layers." + layer + ".mlp.gate_proj";
        }

        String up(int layer) {
            return hasExperts() ? expert(layer, 0) + "w3" : "model.layers." + layer + ".mlp.up_proj";
        }

        static String expert(int layer, int expert) {
            return "model.layers.%d.block_sparse_moe.experts.%d.".formatted(layer, expert);
        }
    }

    static TinyRun write(Path folder, Architecture architecture, DType dtype) throws IOException {
        return write(folder, architecture, dtype, 7, 0.05);
    }

    /**
     * Writes base and adapter into {@code folder}.
     *
     * @param seed of the adapter alone
     * @param size standard deviation of its factors
     */
    static TinyRun write(Path folder, Architecture architecture, DType dtype, int seed, double size)
            throws IOException {
        TinyRun run = new TinyRun(architecture, folder.resolve("base"), folder.resolve("adapter-" + seed));
        Files.createDirectories(run.base);
        Files.createDirectories(run.adapter);
        Writer writer = new Writer(new Random(3), new Random(seed), dtype, size);
        writer.write(architecture);
        writer.base.write(run.base.resolve("model.safetensors"));
        writer.adapter.write(run.adapter.resolve("adapter_model.safetensors"));
        Files.writeString(run.base.resolve("config.json"), config(architecture, dtype));
        Files.writeString(
                run.adapter.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": %d, \"lora_alpha\": 8, \"task_type\": \"CAUSAL_LM\"}"
                        .formatted(RANK));
        return run;
    }

    private record Writer(Random random, Random trained, DType dtype, double size, Tensors base, Tensors adapter) {
        Writer(Random random, Random trained, DType dtype, double size) {
            this(random, trained, dtype, size, new Tensors(), new Tensors());
        }

        void write(Architecture architecture) {
            float[] embedding = normal(random, VOCABULARY * HIDDEN, 0.5);
            embedding[0] = dtype == DType.BF16 ? 1e5f : 1;
            embedding[1] = 1e-9f;
            base.put("model.embed_tokens.weight", dtype, Shape.of(VOCABULARY, HIDDEN), embedding);
            if (!architecture.tied) {
                linear("lm_head", VOCABULARY, HIDDEN);
            } else {
                pair("lm_head", VOCABULARY, HIDDEN);
            }
            norm("model.norm", HIDDEN);
            for (int layer = 0; layer < 2; layer++) {
                layer(architecture, layer, "model.layers." + layer + ".");
            }
        }

        private void layer(Architecture architecture, int layer, String prefix) {
            norm(prefix + "input_layernorm", HIDDEN);
            norm(prefix + "post_attention_layernorm", HIDDEN);
            for (String name : new String[] {"q_proj", "k_proj", "v_proj", "o_proj"}) {
                linear(prefix + "self_attn." + name, HIDDEN, HIDDEN);
            }
            if (architecture == Architecture.QWEN3_TIED) {
                norm(prefix + "self_attn.q_norm", HIDDEN / HEADS);
                norm(prefix + "self_attn.k_norm", HIDDEN / HEADS);
            }
            if (!architecture.hasExperts()) {
                linear(prefix + "mlp.gate_proj", WIDE, HIDDEN);
                linear(prefix + "mlp.up_proj", WIDE, HIDDEN);
                linear(prefix + "mlp.down_proj", HIDDEN, WIDE);
                return;
            }
            base.put(
                    prefix + "block_sparse_moe.gate.weight",
                    dtype,
                    Shape.of(EXPERTS, HIDDEN),
                    normal(random, EXPERTS * HIDDEN, 0.1));
            for (int expert = 0; expert < EXPERTS; expert++) {
                linear(Architecture.expert(layer, expert) + "w1", WIDE, HIDDEN);
                linear(Architecture.expert(layer, expert) + "w3", WIDE, HIDDEN);
                linear(Architecture.expert(layer, expert) + "w2", HIDDEN, WIDE);
            }
        }

        private void norm(String module, int width) {
            float[] values = normal(random, width, 0.1);
            for (int i = 0; i < width; i++) {
                values[i] += 1;
            }
            base.put(module + ".weight", dtype, Shape.of(width), values);
        }

        private void linear(String module, int out, int in) {
            base.put(module + ".weight", dtype, Shape.of(out, in), normal(random, out * in, 0.12));
            pair(module, out, in);
        }

        private void pair(String module, int out, int in) {
            String key = "base_model.model." + module;
            adapter.put(key + ".lora_A.weight", DType.F32, Shape.of(RANK, in), normal(trained, RANK * in, size));
            adapter.put(key + ".lora_B.weight", DType.F32, Shape.of(out, RANK), normal(trained, RANK * out, size));
        }

        private static float[] normal(Random random, int count, double deviation) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
            return values;
        }
    }

    private static String config(Architecture architecture, DType dtype) {
        String experts = architecture.hasExperts()
                ? "\"num_local_experts\": %d, \"num_experts_per_tok\": 2,".formatted(EXPERTS)
                : "";
        return """
                {"architectures": ["%s"], "model_type": "%s", "hidden_size": %d, "intermediate_size": %d, "head_dim": %d, %s
                 "num_hidden_layers": 2, "num_attention_heads": %d, "num_key_value_heads": %d, "vocab_size": %d,
                 "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "hidden_act": "silu", "torch_dtype": "%s",
                 "tie_word_embeddings": %s, "bos_token_id": 0, "eos_token_id": 1}
                """.formatted(
                        architecture.name,
                        architecture.type,
                        HIDDEN,
                        WIDE,
                        HIDDEN / HEADS,
                        experts,
                        HEADS,
                        HEADS,
                        VOCABULARY,
                        dtype.torchName(),
                        architecture.tied);
    }
}
