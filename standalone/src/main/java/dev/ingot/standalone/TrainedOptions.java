package dev.ingot.standalone;

import dev.ingot.standalone.local.Trained;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** What was trained, and what training saw: the same words for every command that takes a run. */
final class TrainedOptions {
    @Mixin
    AdapterOption adapter;

    @Mixin
    CheckpointOption checkpoint;

    @Mixin
    SeenOptions seen;

    @Mixin
    SwapNibblesOption swapNibbles;

    @Mixin
    BaseIsResidualOption baseIsResidual;

    @Mixin
    TrainingOptions training;

    /** @param base as the command was given it; null for the one that the adapters name */
    Trained on(@Nullable String base) throws IOException {
        return new Trained(
                Optional.ofNullable(base),
                adapter.inOrder(),
                checkpoint.asked(),
                seen.seen(),
                seen.quantization(),
                swapNibbles.isGiven,
                baseIsResidual.isGiven,
                training.adapterConfig.text(),
                training.mirrors);
    }
}
