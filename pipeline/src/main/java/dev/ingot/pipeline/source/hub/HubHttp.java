package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Sends GET requests to a hub. Follows redirects itself: each is held against {@link HubHosts}, and the token goes to the endpoint only. Nothing is tried
 * again here. Safe for several threads.
 */
final class HubHttp {
    private static final int MAX_REDIRECTS = 5;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** Without a byte. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final HubAccess access;
    private final HttpUrl endpoint;
    private final HubHosts hosts;
    private final Supplier<OkHttpClient> client;

    HubHttp(HubAccess access, Dns names) {
        this.access = access;
        this.endpoint = HttpUrl.get(access.endpoint().toString());
        this.hosts = new HubHosts(endpoint, access.hosts(), names);
        this.client = new Lazy<>(() -> new OkHttpClient.Builder()
                .dns(hosts)
                .followRedirects(false)
                .followSslRedirects(false)
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(CONNECT)
                .readTimeout(SILENCE)
                .writeTimeout(CONNECT)
                .build());
    }

    /** An address below the endpoint. */
    HttpUrl.Builder url() {
        return endpoint.newBuilder();
    }

    /** An answer of 200 or 206; RefusedInput {@code source.*} or IOException for every other. */
    HubAnswer get(HttpUrl url, HubObject object) throws IOException {
        return get(url, object, "");
    }

    /** @param range value of the Range header, empty for the whole */
    HubAnswer get(HttpUrl url, HubObject object, String range) throws IOException {
        HttpUrl at = url;
        Optional<String> commit = Optional.empty();
        Optional<String> etag = Optional.empty();
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            hosts.require(at, object.toString());
            Response response = send(at, range);
            // Only the hub itself says which commit and content it speaks of; what it redirects to says it of its own
            // objects.
            if (hosts.isEndpoint(at)) {
                commit = commit.or(() -> Optional.ofNullable(response.header("X-Repo-Commit")));
                etag = etag.or(() -> Optional.ofNullable(response.header("X-Linked-Etag")));
            }
            if (!response.isRedirect()) {
                return answer(response, commit, etag, object, hosts.isEndpoint(at));
            }
            String location = response.header("Location");
            HttpUrl next = location == null ? null : at.resolve(location);
            response.close();
            if (next == null) {
                throw hosts.noAddress(location == null ? "" : location, object.toString());
            }
            at = next;
        }
        throw new RefusedInput(
                "source.redirects",
                "%s: the hub redirects more than %d times.".formatted(object, MAX_REDIRECTS),
                "Check the endpoint of the hub (HF_ENDPOINT).");
    }

    private Response send(HttpUrl url, String range) throws IOException {
        Request.Builder request = new Request.Builder()
                .url(url)
                .header("Accept-Encoding", "identity")
                .header("User-Agent", "ingot");
        if (hosts.isEndpoint(url)) {
            access.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        if (!range.isEmpty()) {
            request.header("Range", range);
        }
        try {
            return client.get().newCall(request.build()).execute();
        } catch (HubHosts.PrivateAddress e) {
            throw e.refusal();
        }
    }

    private HubAnswer answer(
            Response response, Optional<String> commit, Optional<String> etag, HubObject object, boolean byHub)
            throws IOException {
        if (response.code() == 200 || response.code() == 206) {
            return new HubAnswer(response, commit, etag);
        }
        try (response) {
            throw new HubErrors(access, object).of(response, byHub);
        }
    }

    /** Made when it is first needed: it loads the machine's certificates. */
    private static final class Lazy<T> implements Supplier<T> {
        private final Supplier<T> maker;
        private Optional<T> made = Optional.empty();

        Lazy(Supplier<T> maker) {
            this.maker = maker;
        }

        @Override
        public synchronized T get() {
            if (made.isEmpty()) {
                made = Optional.of(maker.get());
            }
            return made.get();
        }
    }
}
