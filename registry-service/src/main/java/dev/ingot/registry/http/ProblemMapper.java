package dev.ingot.registry.http;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.codec.UnreadableDocument;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns what went wrong into an answer: the input's fault is a 4xx, a dependency's a 503; ours stays a 500. */
public class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    @ServerExceptionMapper
    public Response problem(Problem problem) {
        return answer(problem);
    }

    @ServerExceptionMapper
    public Response refused(RefusedInput refused) {
        return answer(Problem.of(refused));
    }

    @ServerExceptionMapper
    public Response dependencyFailed(IOException failed) {
        LOG.errorf(failed, "store or broker failed: reason=%s", failed.getMessage());
        return answer(new Problem(
                503,
                "registry.dependency-failed",
                "The store or the broker did not answer.",
                "Try again; a run that names itself can be sent again safely."));
    }

    @ServerExceptionMapper
    public Response unreadable(UnreadableDocument unreadable) {
        LOG.errorf(unreadable, "document in the store not readable: reason=%s", unreadable.getMessage());
        return answer(new Problem(
                500,
                "registry.unreadable-document",
                "A document in the store was written in a form that this version of Ingot does not read.",
                "Run a registry of the version that wrote it, or a newer one."));
    }

    private static Response answer(Problem problem) {
        return Response.status(problem.status())
                .type("application/problem+json")
                .header("Cache-Control", "no-store")
                .entity(Documents.write(problem.document()))
                .build();
    }
}
