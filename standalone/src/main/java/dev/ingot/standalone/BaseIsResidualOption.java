package dev.ingot.standalone;

import picocli.CommandLine.Option;

/** {@code --base-is-residual}: which of two bases an adapter's initialization belongs to. */
final class BaseIsResidualOption {
    @Option(
            names = "--base-is-residual",
            description =
                    "The base is what the adapter's initialization (init_lora_weights: PiSSA, OLoRA, CorDA, LoRA-GA, LoftQ, …; or KaSA)"
                            + " left of the original weights, saved by training: nothing is taken out of it again.")
    boolean isGiven;
}
