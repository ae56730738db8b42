package dev.ingot.registry.http;

import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.codec.UnreadableDocument;
import dev.ingot.registry.model.Aliases;
import dev.ingot.registry.model.ModelCatalog;
import dev.ingot.registry.model.ModelRef;
import dev.ingot.registry.model.ModelView;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;

/** Published models, their versions and aliases. */
@Path("/api")
public class ModelResource {
    private final ModelCatalog catalog;
    private final Aliases aliases;

    ModelResource(ModelCatalog catalog, Aliases aliases) {
        this.catalog = catalog;
        this.aliases = aliases;
    }

    /** A list of models. */
    public record Models(List<ModelView> models) {}

    /** Where to point an alias, and who says so. */
    public record Target(int version, Optional<String> by) {}

    @GET
    @Path("/models")
    public Response all() throws IOException {
        return Answers.ok(new Models(catalog.all()));
    }

    @GET
    @Path("/teams/{team}/models")
    public Response ofTeam(@RestPath String team) throws IOException {
        return Answers.ok(new Models(catalog.ofTeam(Problem.model(team, "any").team())));
    }

    @GET
    @Path("/teams/{team}/models/{model}")
    public Response one(@RestPath String team, @RestPath String model) throws IOException {
        ModelRef ref = Problem.model(team, model);
        return Answers.ok(catalog.of(ref).orElseThrow(() -> Problem.notFound("model " + ref)));
    }

    @GET
    @Path("/teams/{team}/models/{model}/versions/{version:[1-9][0-9]{0,8}}")
    public Response version(@RestPath String team, @RestPath String model, @RestPath int version) throws IOException {
        ModelRef ref = Problem.model(team, model);
        return Answers.ok(catalog.version(ref, version).orElseThrow(() -> noVersion(ref, version)));
    }

    /** Every move of an alias, newest first. */
    @GET
    @Path("/teams/{team}/models/{model}/aliases/{alias}")
    public Response history(@RestPath String team, @RestPath String model, @RestPath String alias) throws IOException {
        return Answers.ok(aliases.history(Problem.model(team, model), alias));
    }

    /** Points an alias at a published version. */
    @PUT
    @Path("/teams/{team}/models/{model}/aliases/{alias}")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response move(@RestPath String team, @RestPath String model, @RestPath String alias, byte[] body)
            throws IOException {
        ModelRef ref = Problem.model(team, model);
        Target target = target(body);
        if (catalog.manifest(ref, target.version()).isEmpty()) {
            throw noVersion(ref, target.version());
        }
        return Answers.ok(aliases.move(ref, alias, target.version(), target.by().orElse("")));
    }

    static Problem noVersion(ModelRef model, int version) {
        return Problem.notFound("version " + version + " of " + model);
    }

    private static Target target(byte[] body) {
        try {
            return Documents.read(body, Target.class, "the request");
        } catch (UnreadableDocument e) {
            throw new Problem(
                    400, "request.unreadable", e.getMessage() + ".", "Send {\"version\": 1}; \"by\" may say who.");
        }
    }
}
