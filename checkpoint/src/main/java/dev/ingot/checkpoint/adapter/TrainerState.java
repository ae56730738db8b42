package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code trainer_state.json} as transformers' Trainer writes it into each checkpoint, with what was measured until then. */
record TrainerState(JsonObject json) {
    static final String FILE = "trainer_state.json";
    private static final int MAX_BYTES = 64 << 20;
    private static final List<String> NO_METRICS = List.of("runtime", "per_second", "model_preparation_time");

    /** Of a folder of the set, empty for the set itself. */
    static Optional<TrainerState> read(FileSet files, String folder) throws IOException {
        String name = folder.isEmpty() ? FILE : folder + "/" + FILE;
        return SmallFiles.readSmall(files, name, MAX_BYTES)
                .map(text -> new TrainerState(Json.parseObject(text, name + " in " + files.location())));
    }

    /**
     * Last segment of {@code best_model_checkpoint}, for the folders above it are those of the machine that trained. A step that was the best and was not saved does not
     * count, unless nothing else is said: transformers since 4.51 writes it beside, as {@code best_global_step}.
     */
    Optional<String> best() {
        return saved().or(() ->
                json.integer("best_global_step").filter(step -> step > 0).map(step -> "checkpoint-" + step));
    }

    private Optional<String> saved() {
        return json.text("best_model_checkpoint")
                .map(path -> path.replaceFirst("[/\\\\]+$", ""))
                .map(path -> path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1));
    }

    /** {@code eval_loss 1.234}: what was measured at a step, the loss first; empty where nothing was. */
    Optional<String> metric(long step) {
        return json.array("log_history").stream()
                .flatMap(log -> log.values().stream())
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .filter(entry -> entry.number("step").filter(at -> at == step).isPresent())
                .flatMap(entry -> metric(entry).stream())
                .findFirst();
    }

    private static Optional<String> metric(JsonObject entry) {
        return entry.members().keySet().stream()
                .filter(name -> name.startsWith("eval_") && NO_METRICS.stream().noneMatch(name::endsWith))
                .filter(name ->
                        entry.get(name).filter(JsonNumber.class::isInstance).isPresent())
                .min((a, b) -> Boolean.compare(b.equals("eval_loss"), a.equals("eval_loss")))
                .map(name -> name + " "
                        + String.format(Locale.ROOT, "%.4g", entry.number(name).orElseThrow()));
    }
}
