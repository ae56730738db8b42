package dev.ingot.registry.http;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.report.Manifest.ManifestFile;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.registry.model.ModelCatalog;
import dev.ingot.registry.model.ModelRef;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.io.IOException;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;

/**
 * Files of a published version, whole or by one range. Only paths that the manifest names exist; the ETag is the SHA-256 of the content, so a
 * client can check what it got.
 */
@Path("/api/teams/{team}/models/{model}/versions/{version:[1-9][0-9]{0,8}}/files")
public class FileResource {
    private final ModelCatalog catalog;
    private final ObjectStore store;

    FileResource(ModelCatalog catalog, ObjectStore store) {
        this.catalog = catalog;
        this.store = store;
    }

    @HEAD
    @Path("/{path:.+}")
    public Response head(@RestPath String team, @RestPath String model, @RestPath int version, @RestPath String path)
            throws IOException {
        ManifestFile file = file(Problem.model(team, model), version, path);
        return described(Response.ok(), file)
                .header("Content-Length", file.size())
                .build();
    }

    @GET
    @Path("/{path:.+}")
    public Response get(
            @RestPath String team,
            @RestPath String model,
            @RestPath int version,
            @RestPath String path,
            @RestHeader("Range") Optional<String> range,
            @RestHeader("If-Range") Optional<String> ifRange,
            @RestHeader("If-None-Match") Optional<String> ifNoneMatch)
            throws IOException {
        ManifestFile file = file(Problem.model(team, model), version, path);
        String etag = etag(file);
        if (ifNoneMatch
                .filter(known -> known.equals("*") || known.contains(etag))
                .isPresent()) {
            return described(Response.status(304), file).build();
        }
        Optional<String> asked =
                range.filter(header -> ifRange.isEmpty() || ifRange.get().equals(etag));
        Optional<ByteRange> bytes =
                asked.isPresent() ? ByteRange.of(asked.get(), file.size()) : Optional.of(ByteRange.whole(file.size()));
        return bytes.isPresent()
                ? content(file, bytes.get())
                : described(Response.status(416), file)
                        .header("Content-Range", "bytes */" + file.size())
                        .build();
    }

    private Response content(ManifestFile file, ByteRange range) throws IOException {
        RangedFile object = store.open(file.key())
                .orElseThrow(() -> new IOException("object " + file.key() + " of a published version is gone"));
        ResponseBuilder answer = described(Response.status(range.partial() ? 206 : 200), file)
                .header("Content-Length", range.length())
                .entity(new FileBody(object, range));
        if (range.partial()) {
            answer.header("Content-Range", range.contentRange(file.size()));
        }
        return answer.build();
    }

    private ManifestFile file(ModelRef model, int version, String path) throws IOException {
        return catalog
                .manifest(model, version)
                .orElseThrow(() -> ModelResource.noVersion(model, version))
                .files()
                .stream()
                .filter(candidate -> candidate.path().equals(path))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("file of that path in version " + version + " of " + model));
    }

    private static ResponseBuilder described(ResponseBuilder answer, ManifestFile file) {
        return answer.type(MediaType.APPLICATION_OCTET_STREAM)
                .header("ETag", etag(file))
                .header("Accept-Ranges", "bytes")
                .header("Cache-Control", "private, max-age=31536000, immutable")
                .header("X-Content-Type-Options", "nosniff");
    }

    private static String etag(ManifestFile file) {
        return '"' + file.sha256() + '"';
    }
}
