package dev.ingot.standalone;

import dev.ingot.pipeline.request.WeightedAdapter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code --adapter}, as often as there are adapters: the place of one, with its weight after the last colon where that is not 1. */
final class AdapterOption {
    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(
            names = "--adapter",
            required = true,
            converter = Reader.class,
            paramLabel = "WHERE[:WEIGHT]",
            description =
                    "The adapter as PEFT saved it, or a training checkpoint (safetensors, torch.save, DeepSpeed, FSDP, DCP, verl): a folder,"
                            + " hf://org/name[@revision] or s3://bucket/prefix. #name behind it names one of several: a subfolder, or an adapter's"
                            + " name in the keys of a training checkpoint. Say it once for each of several;"
                            + " what they add is summed, and those that do more than add are applied in this order. WEIGHT multiplies"
                            + " what an adapter adds: finite, not 0, negative to take it away. Default: 1.")
    List<WeightedAdapter> adapters = new ArrayList<>();

    List<WeightedAdapter> inOrder() {
        if (adapters.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '--adapter=WHERE[:WEIGHT]'");
        }
        return List.copyOf(adapters);
    }

    /** A place that exists as it is written has no weight, whatever its name ends in. */
    static final class Reader implements ITypeConverter<WeightedAdapter> {
        @Override
        public WeightedAdapter convert(String value) {
            int colon = value.lastIndexOf(':');
            if (colon < 1 || exists(value)) {
                return WeightedAdapter.whole(value);
            }
            String weight = value.substring(colon + 1);
            if (!looksLikeWeight(weight)) {
                requireOnePlace(value, value.substring(0, colon), weight);
                return WeightedAdapter.whole(value);
            }
            try {
                return new WeightedAdapter(value.substring(0, colon), Double.parseDouble(weight));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'%s': the weight after the last colon has to be a finite number other than 0"
                                .formatted(value));
            }
        }

        /** A folder that is there, or a model on the hub, has nothing behind a colon but a weight. */
        private static void requireOnePlace(String value, String before, String behind) {
            boolean onHub = before.startsWith("hf://") && behind.indexOf('/') < 0;
            if (onHub || exists(before)) {
                throw new TypeConversionException(
                        "'%s': '%s' is no weight; behind the last colon stands a finite number other than 0 ('%s:0.5'), or nothing and no colon for 1"
                                .formatted(value, behind, before));
            }
        }

        /** What no path of a folder or bucket goes on with after a colon. */
        private static boolean looksLikeWeight(String text) {
            return text.matches("[-+]?[0-9.].*|[-+]?(?i:nan|inf(inity)?)") && text.indexOf('/') < 0;
        }

        private static boolean exists(String path) {
            try {
                return Files.exists(Path.of(path));
            } catch (InvalidPathException e) {
                return false;
            }
        }
    }
}
