package dev.ingot.standalone.local;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A command line as the request of a run. */
final class LocalRequest {
    static final String TEAM = "local";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private LocalRequest() {}

    /** The request; RefusedInput where a place or file that it names is not there. */
    static RunRequest of(MergeOptions options, LocalPlaces places, Clock clock) throws IOException {
        Instant now = clock.instant();
        List<WeightedAdapter> adapters = places.adapters(options.adapters(), options.checkpoint());
        Optional<String> base = options.base();
        Optional<String> alone = WeightedAdapter.alone(adapters);
        RunRequest exported = new RunRequest(
                1,
                newRun(now),
                modelName(options.out()),
                base.isPresent() ? places.base(base.get()) : places.baseOf(adapters, options.adapterConfig()),
                alone.orElse(null),
                alone.isPresent() ? null : adapters,
                options.trainedOn(),
                options.quantizationConfig().orElse(null),
                options.mergeBase(),
                options.swapNibbles(),
                options.baseIsResidual(),
                options.dtype(),
                options.tie(),
                options.validate(),
                options.maxShardBytes(),
                evaluation(options.evaluation(), options.evaluationMember()),
                options.provenance(),
                System.getProperty("user.name", ""),
                now);
        return exported.ofTraining(
                        options.adapterConfig().orElse(null),
                        options.mirrors() == MirrorPolicy.REFUSE ? null : options.mirrors())
                .overriding(options.overrides())
                .onto(options.mergeBase(), original(options, places));
    }

    private static @Nullable String original(MergeOptions options, LocalPlaces places) throws IOException {
        return options.originalBase().isPresent()
                ? places.base(options.originalBase().get())
                : null;
    }

    /** The same for a run that merges nothing. */
    static RunRequest of(DequantizeOptions options, LocalPlaces places, Clock clock) throws IOException {
        Instant now = clock.instant();
        return new RunRequest(
                1,
                newRun(now),
                modelName(options.out()),
                places.base(options.base()),
                null,
                options.quantizationConfig().isPresent() ? TrainedOn.QUANTIZED_WHILE_LOADING : TrainedOn.UNDECLARED,
                options.quantizationConfig().orElse(null),
                MergeBase.TRAINED,
                options.swapNibbles(),
                false,
                options.dtype(),
                TiePolicy.AUTO,
                ValidationLevel.STRUCTURE,
                options.maxShardBytes(),
                Map.of(),
                options.provenance(),
                System.getProperty("user.name", ""),
                now);
    }

    /** The same for what another tool merged; empty {@code dtype} in its config means each tensor's own. */
    static RunRequest of(ValidateOptions options, ModelConfig merged, LocalPlaces places, Clock clock)
            throws IOException {
        Instant now = clock.instant();
        List<WeightedAdapter> adapters = places.adapters(options.adapters(), options.checkpoint());
        Optional<String> base = options.base();
        Optional<String> alone = WeightedAdapter.alone(adapters);
        RunRequest request = new RunRequest(
                1,
                newRun(now),
                modelName(options.merged()),
                base.isPresent() ? places.base(base.get()) : places.baseOf(adapters, options.adapterConfig()),
                alone.orElse(null),
                alone.isPresent() ? null : adapters,
                options.trainedOn(),
                options.quantizationConfig().orElse(null),
                options.mergeBase(),
                options.swapNibbles(),
                options.baseIsResidual(),
                dtype(merged),
                TiePolicy.AUTO,
                options.level(),
                Long.MAX_VALUE,
                evaluation(options.evaluation(), options.evaluationMember()),
                false,
                System.getProperty("user.name", ""),
                now);
        return request.ofTraining(
                options.adapterConfig().orElse(null),
                options.mirrors() == MirrorPolicy.REFUSE ? null : options.mirrors());
    }

    private static OutputDType dtype(ModelConfig merged) {
        return switch (merged.dtype().orElse(DType.U8)) {
            case F16 -> OutputDType.FLOAT16;
            case BF16 -> OutputDType.BFLOAT16;
            case F32 -> OutputDType.FLOAT32;
            default -> OutputDType.AUTO;
        };
    }

    private static RunRef newRun(Instant now) {
        String tail =
                HexFormat.of().toHexDigits((short) ThreadLocalRandom.current().nextInt());
        return new RunRef(TEAM, TIME.format(now) + "-" + tail);
    }

    private static Map<String, String> evaluation(Map<String, Path> sets, Optional<String> member) {
        return sets.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        set -> file("evaluation", set.getValue())
                                        .toAbsolutePath()
                                        .normalize()
                                        .toUri()
                                + member.filter(name ->
                                                set.getValue().toString().matches(".*[.](jsonl|ndjson)"))
                                        .map(name -> "#" + name)
                                        .orElse("")));
    }

    private static Path file(String what, Path path) {
        if (!Files.isRegularFile(path)) {
            throw new RefusedInput(
                    what + ".not-found",
                    "%s: expected a file, found %s.".formatted(path, Files.exists(path) ? "a folder" : "nothing"),
                    "check the path");
        }
        return path;
    }

    /** The last part of a folder's path as people read it; empty for a root. */
    static String folderName(Path out) {
        Path last = out.toAbsolutePath().normalize().getFileName();
        return last == null ? "" : last.toString();
    }

    /** A name for the model after the folder that it goes to, in the letters that names may have. */
    static String modelName(Path out) {
        String name = folderName(out).toLowerCase(Locale.ROOT);
        String plain = name.replaceAll("[^a-z0-9._-]+", "-").replaceFirst("^[._-]+", "");
        return plain.isEmpty() ? "model" : plain.substring(0, Math.min(64, plain.length()));
    }
}
