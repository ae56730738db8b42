package dev.ingot.standalone.client;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.RunRef;
import java.util.List;
import java.util.Optional;

/**
 * A run as an installation tells it.
 *
 * @param state {@code waiting}, {@code running}, {@code published} or {@code rejected}
 * @param waitsFor what has to happen next, or empty
 * @param document all that was told
 */
public record RunState(
        RunRef run,
        String model,
        String state,
        String waitsFor,
        List<StageState> stages,
        Optional<Ending> verdict,
        boolean hasReport,
        JsonObject document) {
    public RunState {
        stages = List.copyOf(stages);
    }

    /**
     * How far a stage is.
     *
     * @param state {@code waiting}, {@code running}, {@code done} or {@code stopped}
     * @param share 0 to 1
     */
    public record StageState(String stage, String state, int done, int total, double share, String note) {}

    /** How the run ended: with a model's version, or (stage not empty) without. */
    public record Ending(String model, long version, String stage, String code, String sentence, String remedy) {
        public boolean isPublished() {
            return stage.isEmpty();
        }
    }

    /** The state in the words of the pages: they call a rejected run refused. */
    public String stateShown() {
        return state.equals("rejected") ? "refused" : state;
    }

    public boolean isOver() {
        return verdict.isPresent();
    }

    static RunState of(JsonObject told) {
        return new RunState(
                new RunRef(told.text("team").orElse("?"), told.text("run").orElse("?")),
                told.text("model").orElse(""),
                told.text("state").orElse(""),
                told.text("waitsFor").orElse(""),
                objects(told, "stages").stream().map(RunState::stage).toList(),
                told.object("verdict").map(RunState::ending),
                told.bool("hasReport").orElse(false),
                told);
    }

    static List<JsonObject> objects(JsonObject in, String name) {
        return in.array(name).map(JsonArray::values).orElse(List.of()).stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .toList();
    }

    private static StageState stage(JsonObject told) {
        return new StageState(
                told.text("stage").orElse(""),
                told.text("state").orElse(""),
                told.integer("done").orElse(0L).intValue(),
                told.integer("total").orElse(0L).intValue(),
                told.number("share").orElse(0.0),
                told.text("note").orElse(""));
    }

    private static Ending ending(JsonObject told) {
        return new Ending(
                told.text("model").orElse(""),
                told.integer("version").orElse(0L),
                told.text("stage").orElse(""),
                told.text("code").orElse(""),
                told.text("sentence").orElse(""),
                told.text("remedy").orElse(""));
    }
}
