package dev.ingot.registry.page;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.report.PageStyle;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.registry.http.Problem;
import dev.ingot.registry.model.ModelCatalog;
import dev.ingot.registry.model.ModelRef;
import dev.ingot.registry.model.ModelView;
import dev.ingot.registry.model.VersionView;
import dev.ingot.registry.run.RunPage;
import dev.ingot.registry.run.RunView;
import dev.ingot.registry.run.RunViews;
import io.quarkus.qute.RawString;
import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The pages. They work without JavaScript; with it, runs that are under way move. */
@Path("/")
public class PageResource {
    static final int PAGE = 50;
    private static final RawString CSS = new RawString(PageStyle.css());

    private final RunViews runs;
    private final ModelCatalog models;
    private final Headlines headlines;
    private final RunFiles files;

    PageResource(RunViews runs, ModelCatalog models, Headlines headlines, ObjectStore store) {
        this.runs = runs;
        this.models = models;
        this.headlines = headlines;
        this.files = new RunFiles(store);
    }

    @GET
    public Response newestRuns(@RestQuery Optional<String> after) throws IOException {
        RunPage page = runs.page(Optional.empty(), after, PAGE);
        return html(
                200,
                Templates.runs(
                        CSS,
                        page.runs().stream().map(RunCard::of).toList(),
                        after.isEmpty() ? "/runs/live" : "",
                        page.next().orElse("")));
    }

    @GET
    @Path("/runs/{team}/{run}")
    public Response run(@RestPath String team, @RestPath String run) throws IOException {
        Optional<RunView> view = runs.of(Problem.run(team, run));
        return view.isPresent()
                ? html(200, Templates.run(CSS, RunCard.of(view.get())))
                : missing("There is no run " + team + "/" + run + ".");
    }

    @GET
    @Path("/models")
    public Response models() throws IOException {
        List<ModelRow> rows = new ArrayList<>();
        for (ModelView model : models.all()) {
            rows.add(headlines.row(model));
        }
        return html(200, Templates.models(CSS, rows));
    }

    @GET
    @Path("/models/{team}/{model}")
    public Response model(@RestPath String team, @RestPath String model) throws IOException {
        ModelRef ref = Problem.model(team, model);
        Optional<ModelView> view = models.of(ref);
        return view.isPresent()
                ? html(200, Templates.model(CSS, view.get()))
                : missing("There is no model " + ref + ".");
    }

    @GET
    @Path("/models/{team}/{model}/versions/{version:[1-9][0-9]{0,8}}")
    public Response version(@RestPath String team, @RestPath String model, @RestPath int version) throws IOException {
        ModelRef ref = Problem.model(team, model);
        Optional<VersionView> view = models.version(ref, version);
        if (view.isEmpty()) {
            return missing("There is no version " + version + " of " + ref + ".");
        }
        RunRef run = models.manifest(ref, version).orElseThrow().run();
        return html(200, Templates.version(CSS, view.get(), files.report(run)));
    }

    /** What the API answers with a document, a page says in words. */
    @ServerExceptionMapper
    public Response problem(Problem problem) {
        return html(
                problem.status(),
                Templates.problem(
                        CSS, problem.document().sentence(), problem.document().remedy()));
    }

    private static Response missing(String sentence) {
        return html(404, Templates.problem(CSS, sentence, "Check the address, or start from the list of runs."));
    }

    private static Response html(int status, TemplateInstance page) {
        return Response.status(status)
                .type("text/html; charset=utf-8")
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .header("X-Frame-Options", "DENY")
                .header("Referrer-Policy", "same-origin")
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'")
                .entity(page.render())
                .build();
    }
}
