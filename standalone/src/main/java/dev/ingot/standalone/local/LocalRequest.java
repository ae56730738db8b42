package dev.ingot.standalone.local;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RequestBuilder;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A command line as the request of a run. */
final class LocalRequest {
    static final String TEAM = "local";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private LocalRequest() {}

    /** The request; RefusedInput where a place or file that it names is not there. */
    static RunRequest of(MergeOptions options, LocalPlaces places, Clock clock) throws IOException {
        return trained(modelName(options.out()), options.trained(), places, clock)
                .mergeBase(options.mergeBase())
                .originalBase(original(options, places))
                .dtype(options.dtype())
                .tie(options.tie())
                .validate(options.validate())
                .maxShardBytes(options.maxShardBytes())
                .evaluation(evaluation(options.evaluation(), options.evaluationMember()))
                .provenance(options.provenance())
                .overrides(options.overrides())
                .build();
    }

    /** A request of what was trained, on the places where it is. */
    private static RequestBuilder trained(String model, Trained trained, LocalPlaces places, Clock clock)
            throws IOException {
        Instant now = clock.instant();
        List<WeightedAdapter> adapters = places.adapters(trained.adapters(), trained.checkpoint());
        Optional<String> base = trained.base();
        return RunRequest.builder(
                        newRun(now),
                        model,
                        base.isPresent() ? places.base(base.get()) : places.baseOf(adapters, trained.adapterConfig()))
                .adapters(adapters)
                .trainedOn(trained.trainedOn())
                .quantizationConfig(trained.quantizationConfig().orElse(null))
                .swapNibbles(trained.swapNibbles())
                .baseIsResidual(trained.baseIsResidual())
                .adapterConfig(trained.adapterConfig().orElse(null))
                .mirrors(trained.mirrors())
                .submitted(System.getProperty("user.name", ""), now);
    }

    private static @Nullable String original(MergeOptions options, LocalPlaces places) throws IOException {
        return options.originalBase().isPresent()
                ? places.base(options.originalBase().get())
                : null;
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
        return trained(modelName(options.merged()), options.trained(), places, clock)
                .mergeBase(options.mergeBase())
                .dtype(dtype(merged))
                .validate(options.level())
                .maxShardBytes(Long.MAX_VALUE)
                .evaluation(evaluation(options.evaluation(), options.evaluationMember()))
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

    private static Map<String, String> evaluation(Map<String, String> sets, Optional<String> member) {
        Map<String, String> places = new LinkedHashMap<>();
        sets.forEach((name, file) -> places.put(name, EvaluationPlace.of(evaluationFile(file), member)));
        return places;
    }

    private static String evaluationFile(String file) {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw new RefusedInput(
                    "evaluation.not-found",
                    "%s: expected a file, found %s.".formatted(path, Files.exists(path) ? "a folder" : "nothing"),
                    "check the path");
        }
        return path.toAbsolutePath().normalize().toUri().toString();
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
