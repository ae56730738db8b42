package dev.ingot.pipeline.store;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.TaskId;
import java.util.Optional;

/** Where a run's objects stand. Every key of Ingot is made in this package. */
public record RunKeys(RunRef run) {
    private String root() {
        return "teams/" + run.team() + "/runs/" + run.run() + "/";
    }

    public String request() {
        return root() + "request.json";
    }

    public String plan() {
        return root() + "plan.json";
    }

    /** The plan of the other merge, where a run's base is chosen by measurement: the one onto the original. */
    public String originalPlan() {
        return root() + "plan-original.json";
    }

    /** report.json: what validate found. */
    public String report() {
        return root() + "report.json";
    }

    /** The report as a page. */
    public String reportPage() {
        return root() + "report.html";
    }

    /** The verdict; a run with this object is over. */
    public String result() {
        return root() + "result.json";
    }

    public String attempts(TaskId task) {
        return root() + "attempts/" + task.id() + "/";
    }

    public String attempt(TaskId task, int number) {
        return attempts(task) + number + ".json";
    }

    /** Says that a try was interrupted and does not count. */
    public String attemptGivenBack(TaskId task, int number) {
        return attempts(task) + number + ".given-back.json";
    }

    public String data(TaskId task, String attempt, String file) {
        return data(task) + attempt + "/" + file;
    }

    /** All that attempts at a task wrote. */
    public String data(TaskId task) {
        return allData() + task.id() + "/";
    }

    public String allData() {
        return root() + "data/";
    }

    public String done(TaskId task) {
        return doneFolder() + task.id() + ".json";
    }

    public String doneFolder() {
        return root() + "done/";
    }

    /** Create-once: who looked after this run in the sweep with this number. */
    public String sweep(long number) {
        return root() + "sweeps/" + number + ".json";
    }

    /** The run that a key belongs to; empty for keys outside of runs. */
    public static Optional<RunRef> runOf(String key) {
        String[] segments = key.split("/", 5);
        return segments.length == 5 && segments[0].equals("teams") && segments[2].equals("runs")
                ? Optional.of(new RunRef(segments[1], segments[3]))
                : Optional.empty();
    }

    /** All runs of all teams. */
    public static String teams() {
        return "teams/";
    }

    public static String runsOf(String team) {
        return "teams/" + team + "/runs/";
    }
}
