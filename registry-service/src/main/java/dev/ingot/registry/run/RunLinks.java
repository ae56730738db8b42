package dev.ingot.registry.run;

import dev.ingot.pipeline.RunRef;

/** Where to go on from a run; paths on the same host. */
public record RunLinks(String self, String events, String report, String reportPage, String page) {
    public static RunLinks of(RunRef run) {
        String api = "/api/teams/" + run.team() + "/runs/" + run.run();
        return new RunLinks(
                api,
                api + "/events",
                api + "/report.json",
                api + "/report.html",
                "/runs/" + run.team() + "/" + run.run());
    }
}
