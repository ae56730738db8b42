package dev.ingot.pipeline.plan;

/**
 * A file that is copied into the checkpoint as it is (tokenizer, chat template, generation config).
 *
 * @param input index into {@link Plan#inputs()}
 * @param name in the checkpoint
 */
public record CarriedFile(int input, String name) {}
