package dev.ingot.registry.http;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.report.ReportSchema;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.registry.run.RunFollower;
import dev.ingot.registry.run.RunLinks;
import dev.ingot.registry.run.RunView;
import dev.ingot.registry.run.RunViews;
import dev.ingot.registry.run.Submissions;
import dev.ingot.registry.run.Submissions.Taken;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** Runs: hand one in, list them, look at one, follow it, read its report. */
@Path("/api")
public class RunResource {
    private static final int MOST = 200;
    private static final String SCHEMA_LINK = "</api/schemas/report.v1.json>; rel=\"describedby\"";

    private final Submissions submissions;
    private final RunViews views;
    private final RunFollower follower;
    private final ObjectStore store;

    RunResource(Submissions submissions, RunViews views, RunFollower follower, ObjectStore store) {
        this.submissions = submissions;
        this.views = views;
        this.follower = follower;
        this.store = store;
    }

    /** The answer to a hand-in. */
    public record Accepted(String team, String run, RunLinks links) {}

    /** 202 for a new run, 200 when the same one was handed in before. */
    @POST
    @Path("/teams/{team}/runs")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response submit(@RestPath String team, byte[] body) throws IOException {
        Taken taken = submissions.submit(team, body);
        RunLinks links = RunLinks.of(taken.run());
        return Answers.json(
                        taken.isNew() ? 202 : 200,
                        new Accepted(taken.run().team(), taken.run().run(), links))
                .location(URI.create(links.self()))
                .build();
    }

    @GET
    @Path("/runs")
    public Response list(
            @RestQuery Optional<String> team,
            @RestQuery Optional<String> after,
            @RestQuery @DefaultValue("50") int limit)
            throws IOException {
        return Answers.ok(views.page(team, after, Math.clamp(limit, 1, MOST)));
    }

    @GET
    @Path("/teams/{team}/runs")
    public Response listOfTeam(
            @RestPath String team, @RestQuery Optional<String> after, @RestQuery @DefaultValue("50") int limit)
            throws IOException {
        return list(Optional.of(team), after, limit);
    }

    @GET
    @Path("/teams/{team}/runs/{run}")
    public Response one(@RestPath String team, @RestPath String run) throws IOException {
        return Answers.ok(view(Problem.run(team, run)));
    }

    /** A whole view of the run whenever it changed, until the one with the verdict. */
    @GET
    @Path("/teams/{team}/runs/{run}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.TEXT_PLAIN)
    @Blocking
    public Multi<String> follow(@RestPath String team, @RestPath String run) throws IOException {
        RunRef ref = Problem.run(team, run);
        view(ref);
        return follower.follow(ref).map(Answers::line);
    }

    @GET
    @Path("/teams/{team}/runs/{run}/report.json")
    public Response report(@RestPath String team, @RestPath String run) throws IOException {
        RunRef ref = Problem.run(team, run);
        return report(ref, new RunKeys(ref).report(), MediaType.APPLICATION_JSON);
    }

    /** JSON Schema (2020-12) of every {@code report.json}; each answer with a report links to it. */
    @GET
    @Path("/schemas/report.v1.json")
    public Response reportSchema() {
        return Response.ok(ReportSchema.bytes())
                .type("application/schema+json")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    /** The page that validate drew. It needs nothing from anywhere, so it may have nothing from anywhere. */
    @GET
    @Path("/teams/{team}/runs/{run}/report.html")
    public Response reportPage(@RestPath String team, @RestPath String run) throws IOException {
        RunRef ref = Problem.run(team, run);
        return report(ref, new RunKeys(ref).reportPage(), "text/html; charset=utf-8");
    }

    private RunView view(RunRef run) throws IOException {
        return views.of(run).orElseThrow(() -> Problem.notFound("run " + run));
    }

    /** A run that was refused before it was measured has no report; then its verdict is the answer. */
    private Response report(RunRef run, String key, String type) throws IOException {
        Optional<RangedFile> found = store.open(key);
        if (found.isEmpty() && new RunFiles(store).verdict(run).orElse(null) instanceof Verdict.Rejected rejected) {
            throw new Problem(
                    404,
                    rejected.code(),
                    "Run %s was refused by %s before it was measured, so it has no report: %s"
                            .formatted(run, rejected.stage().id(), rejected.sentence()),
                    rejected.remedy());
        }
        RangedFile file = found.orElseThrow(() -> Problem.notFound("report of run " + run));
        return Response.ok(new FileBody(file, ByteRange.whole(file.info().size())))
                .type(type)
                .header("Content-Length", file.info().size())
                .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
                .header("X-Content-Type-Options", "nosniff")
                .header("Link", SCHEMA_LINK)
                .build();
    }
}
