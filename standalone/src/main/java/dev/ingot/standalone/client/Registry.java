package dev.ingot.standalone.client;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The HTTP API of one installation. Answers that are no success end as {@link Answered}; no answer at all as IOException. */
public final class Registry {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final URI url;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    public Registry(URI url) {
        this.url = url;
    }

    /** The address of something in this installation; segments are encoded. */
    public URI address(String... segments) {
        String path = Arrays.stream(segments)
                .map(segment ->
                        URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/", "/", ""));
        String root = url.toString();
        return URI.create((root.endsWith("/") ? root.substring(0, root.length() - 1) : root) + path);
    }

    /** The document at an address. */
    public JsonValue get(String... segments) throws IOException, InterruptedException {
        URI address = address(segments);
        return document(send(request(address).GET().build(), BodyHandlers.ofByteArray()), address);
    }

    /** Hands a document in and gives the answer. */
    public JsonValue post(JsonValue body, String... segments) throws IOException, InterruptedException {
        URI address = address(segments);
        HttpRequest request = request(address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.writeCompact(body)))
                .build();
        return document(send(request, BodyHandlers.ofByteArray()), address);
    }

    /** Reads server-sent events until the server ends the stream (true) or {@code wantsMore} has enough (false). */
    public boolean events(Predicate<JsonObject> wantsMore, String... segments)
            throws IOException, InterruptedException {
        URI address = address(segments);
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Accept", "text/event-stream")
                .GET()
                .build();
        HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            if (response.statusCode() != 200) {
                throw Answered.of(response.statusCode(), address, lines.lines().collect(Collectors.joining("\n")));
            }
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    data.append(line.substring(5).strip());
                } else if (line.isEmpty() && !data.isEmpty()) {
                    JsonObject event = Json.parseObject(
                            data.toString().getBytes(StandardCharsets.UTF_8), "an event of " + address);
                    data.setLength(0);
                    if (!wantsMore.test(event)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    /** The bytes of a file from {@code first} on; the caller closes them. An answer that ignores the range is skipped into. */
    InputStream bytes(URI address, long first) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).GET();
        if (first > 0) {
            request.header("Range", "bytes=" + first + "-");
        }
        HttpResponse<InputStream> response = send(request.build(), BodyHandlers.ofInputStream());
        InputStream body = response.body();
        switch (response.statusCode()) {
            case 206 -> {
                return body;
            }
            case 200 -> {
                body.skipNBytes(first);
                return body;
            }
            default -> {
                try (body) {
                    throw Answered.of(
                            response.statusCode(), address, new String(body.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static HttpRequest.Builder request(URI address) {
        return HttpRequest.newBuilder(address).timeout(ANSWER).header("Accept", "application/json");
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body)
            throws IOException, InterruptedException {
        try {
            return http.send(request, body);
        } catch (ConnectException e) {
            ConnectException named = new ConnectException(request.uri().getAuthority());
            named.initCause(e);
            throw named;
        }
    }

    private static JsonValue document(HttpResponse<byte[]> response, URI address) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw Answered.of(response.statusCode(), address, new String(response.body(), StandardCharsets.UTF_8));
        }
        return Json.parse(response.body(), "the answer of " + address);
    }
}
