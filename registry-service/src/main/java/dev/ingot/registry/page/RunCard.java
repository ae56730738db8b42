package dev.ingot.registry.page;

import dev.ingot.pipeline.report.Verdict;
import dev.ingot.registry.run.RunView;
import dev.ingot.registry.run.StageView;
import java.util.List;

/**
 * A run as a page prints it: every figure is text already.
 *
 * @param id of its element; unique on a page
 * @param live whether it still changes
 */
public record RunCard(
        RunView run,
        String id,
        String cssClass,
        String state,
        String submitted,
        String headline,
        String sentence,
        String remedy,
        boolean live,
        List<StageCard> stages) {
    /** One stage as a bar with a word beside it. */
    public record StageCard(String name, String cssClass, int percent, String word, String note) {
        static StageCard of(StageView stage) {
            return new StageCard(stage.name(), cssClass(stage), stage.percent(), word(stage), stage.note());
        }

        private static String cssClass(StageView stage) {
            return switch (stage.state()) {
                case WAITING -> "waiting";
                case RUNNING -> "running";
                case DONE -> "done";
                case STOPPED -> "stopped";
            };
        }

        private static String word(StageView stage) {
            return switch (stage.state()) {
                case WAITING -> "waits";
                case RUNNING -> stage.total() > 1 ? stage.done() + " of " + stage.total() : stage.percent() + " %";
                case DONE -> "done";
                case STOPPED -> "–";
            };
        }
    }

    public static RunCard of(RunView run) {
        return new RunCard(
                run,
                "run-" + run.team() + "--" + run.run(),
                cssClass(run),
                state(run),
                PageText.at(run.submittedAt()),
                run.verdict().map(RunCard::headline).orElse(run.waitsFor()),
                run.verdict().map(RunCard::sentence).orElse(""),
                run.verdict().map(RunCard::remedy).orElse(""),
                !run.state().isOver(),
                run.stages().stream().map(StageCard::of).toList());
    }

    private static String cssClass(RunView run) {
        return switch (run.state()) {
            case WAITING -> "waiting";
            case RUNNING -> "live";
            case PUBLISHED -> "ok";
            case REJECTED -> "bad";
        };
    }

    private static String state(RunView run) {
        return switch (run.state()) {
            case WAITING -> "waiting";
            case RUNNING -> "running";
            case PUBLISHED -> "published";
            case REJECTED -> "refused";
        };
    }

    private static String headline(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Published published ->
                "Published as version " + published.version() + " of " + published.model() + ".";
            case Verdict.Rejected rejected -> "Refused by " + rejected.stage().id() + ": " + rejected.code() + ".";
        };
    }

    private static String sentence(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected ? rejected.sentence() : "";
    }

    private static String remedy(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected ? rejected.remedy() : "";
    }

    /** The page of the version that came of it; empty for a run that published nothing. */
    public String versionPage() {
        return run.verdict()
                .filter(Verdict.Published.class::isInstance)
                .map(Verdict.Published.class::cast)
                .map(published ->
                        "/models/" + run.team() + "/" + published.model() + "/versions/" + published.version())
                .orElse("");
    }
}
