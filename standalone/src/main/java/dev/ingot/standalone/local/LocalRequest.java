package dev.ingot.standalone.local;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
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
        return RunRequest.builder(
                        newRun(now),
                        modelName(options.out()),
                        base.isPresent() ? places.base(base.get()) : places.baseOf(adapters, options.adapterConfig()))
                .adapters(adapters)
                .trainedOn(options.trainedOn())
                .quantizationConfig(options.quantizationConfig().orElse(null))
                .mergeBase(options.mergeBase())
                .swapNibbles(options.swapNibbles())
                .baseIsResidual(options.baseIsResidual())
                .dtype(options.dtype())
                .tie(options.tie())
                .validate(options.validate())
                .maxShardBytes(options.maxShardBytes())
                .evaluation(evaluation(options.evaluation(), options.evaluationMember()))
                .provenance(options.provenance())
                .submitted(System.getProperty("user.name", ""), now)
                .adapterConfig(options.adapterConfig().orElse(null))
                .mirrors(options.mirrors())
                .overrides(options.overrides())
                .build();
    }

    /** The same for a run that merges nothing. */
    static RunRequest of(DequantizeOptions options, LocalPlaces places, Clock clock) throws IOException {
        Instant now = clock.instant();
        return RunRequest.builder(newRun(now), modelName(options.out()), places.base(options.base()))
                .trainedOn(
                        options.quantizationConfig().isPresent()
                                ? TrainedOn.QUANTIZED_WHILE_LOADING
                                : TrainedOn.UNDECLARED)
                .quantizationConfig(options.quantizationConfig().orElse(null))
                .swapNibbles(options.swapNibbles())
                .dtype(options.dtype())
                .validate(ValidationLevel.STRUCTURE)
                .maxShardBytes(options.maxShardBytes())
                .provenance(options.provenance())
                .submitted(System.getProperty("user.name", ""), now)
                .build();
    }

    /** The same for what another tool merged; empty {@code dtype} in its config means each tensor's own. */
    static RunRequest of(ValidateOptions options, ModelConfig merged, LocalPlaces places, Clock clock)
            throws IOException {
        Instant now = clock.instant();
        List<WeightedAdapter> adapters = places.adapters(options.adapters(), options.checkpoint());
        Optional<String> base = options.base();
        return RunRequest.builder(
                        newRun(now),
                        modelName(options.merged()),
                        base.isPresent() ? places.base(base.get()) : places.baseOf(adapters, options.adapterConfig()))
                .adapters(adapters)
                .trainedOn(options.trainedOn())
                .quantizationConfig(options.quantizationConfig().orElse(null))
                .mergeBase(options.mergeBase())
                .swapNibbles(options.swapNibbles())
                .baseIsResidual(options.baseIsResidual())
                .dtype(dtype(merged))
                .validate(options.level())
                .maxShardBytes(Long.MAX_VALUE)
                .evaluation(evaluation(options.evaluation(), options.evaluationMember()))
                .submitted(System.getProperty("user.name", ""), now)
                .adapterConfig(options.adapterConfig().orElse(null))
                .mirrors(options.mirrors())
                .build();
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
