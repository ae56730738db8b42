package dev.ingot.checkpoint.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The two ends of a language model.
 *
 * @param input name of the input embedding's weight
 * @param output name of the output embedding's weight, whether it is stored or shares the input's
 */
public record Embeddings(String input, String output) {
    private static final List<Embeddings> KNOWN = List.of(
            new Embeddings("model.embed_tokens.weight", "lm_head.weight"),
            new Embeddings("model.language_model.embed_tokens.weight", "lm_head.weight"),
            new Embeddings("language_model.model.embed_tokens.weight", "language_model.lm_head.weight"),
            new Embeddings("transformer.wte.weight", "lm_head.weight"),
            new Embeddings("wte.weight", "lm_head.weight"),
            new Embeddings("model.decoder.embed_tokens.weight", "lm_head.weight"),
            new Embeddings("gpt_neox.embed_in.weight", "embed_out.weight"),
            new Embeddings("transformer.word_embeddings.weight", "lm_head.weight"),
            new Embeddings("model.tok_embeddings.weight", "output.weight"),
            new Embeddings("backbone.embeddings.weight", "lm_head.weight"));

    /** The ends of a checkpoint by its names, or empty when none of the known places holds an embedding. */
    public static Optional<Embeddings> of(Predicate<String> hasTensor) {
        return KNOWN.stream().filter(ends -> hasTensor.test(ends.input())).findFirst();
    }

    /** Module path of the input embedding: its name without {@code .weight}. */
    public String inputModule() {
        return module(input);
    }

    public String outputModule() {
        return module(output);
    }

    private static String module(String weight) {
        return weight.substring(0, weight.length() - ".weight".length());
    }
}
