package dev.ingot.pipeline.source.hub;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import okhttp3.Response;

/**
 * An answer with a body, after all redirects. The one who asked closes it.
 *
 * @param commit that the hub says it answered from, where it says so
 * @param linkedEtag SHA-256 of a large file, where the hub says it
 */
record HubAnswer(Response response, Optional<String> commit, Optional<String> linkedEtag) implements AutoCloseable {
    int status() {
        return response.code();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(response.header(name));
    }

    InputStream body() {
        return response.body().byteStream();
    }

    /** The whole body; IOException when it is longer than {@code limit}. */
    byte[] small(int limit) throws IOException {
        byte[] bytes = body().readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw new IOException(response.request().url().redact() + " answered with more than " + limit + " bytes");
        }
        return bytes;
    }

    @Override
    public void close() {
        response.close();
    }
}
