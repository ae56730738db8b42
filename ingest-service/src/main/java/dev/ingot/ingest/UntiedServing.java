package dev.ingot.ingest;

import java.util.List;
import java.util.Map;

/** Engines that cannot serve a family once its embeddings are untied. Facts about released engines; extend when one is measured. */
final class UntiedServing {
    private static final String VLLM = "vLLM asserts that %s is tied and does not load it untied";
    private static final String LLAMA_CPP =
            "llama.cpp's converter drops lm_head for %s, so that its GGUF uses the input embedding as head";
    private static final Map<String, List<String>> ENGINES = Map.of(
            "gemma", List.of(VLLM, LLAMA_CPP),
            "gemma2", List.of(VLLM, LLAMA_CPP),
            "gemma3", List.of(VLLM, LLAMA_CPP),
            "gemma3_text", List.of(VLLM, LLAMA_CPP));

    private UntiedServing() {}

    /** One sentence per engine that has a problem with an untied model of this type. */
    static List<String> warnings(String modelType) {
        return ENGINES.getOrDefault(modelType, List.of()).stream()
                .map(sentence -> sentence.formatted(modelType) + ".")
                .toList();
    }
}
