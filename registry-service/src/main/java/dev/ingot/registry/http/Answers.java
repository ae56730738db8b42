package dev.ingot.registry.http;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.pipeline.codec.Documents;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Records as HTTP answers, in the one JSON form that Ingot has. */
final class Answers {
    private Answers() {}

    static Response ok(Object document) {
        return json(200, document).build();
    }

    static Response.ResponseBuilder json(int status, Object document) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-cache")
                .entity(Documents.write(document));
    }

    /** On one line, as server-sent events want it. */
    static String line(Object document) {
        return Json.writeCompact(Json.parse(Documents.write(document), "an answer"));
    }
}
