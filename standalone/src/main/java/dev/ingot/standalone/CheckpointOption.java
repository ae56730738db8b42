package dev.ingot.standalone;

import dev.ingot.checkpoint.adapter.CheckpointChoice;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code --checkpoint}: which one, where an --adapter is the folder in which a trainer left several. */
final class CheckpointOption {
    @Option(
            names = "--checkpoint",
            converter = Reader.class,
            paramLabel = "WHICH",
            description =
                    "Of a trainer's output folder with several checkpoint-STEP/: last, best (as trainer_state.json says), or the step.")
    CheckpointChoice choice;

    Optional<CheckpointChoice> asked() {
        return Optional.ofNullable(choice);
    }

    /** {@code last}, {@code best} or a number. */
    static final class Reader implements ITypeConverter<CheckpointChoice> {
        @Override
        public CheckpointChoice convert(String value) {
            try {
                return new CheckpointChoice(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
