package dev.ingot.registry;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** Server-sent events as they come; the caller has a deadline. */
public record EventStream(BufferedReader lines) implements AutoCloseable {
    public static EventStream open(URI address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address).build();
        return new EventStream(new BufferedReader(new InputStreamReader(
                HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofInputStream())
                        .body(),
                StandardCharsets.UTF_8)));
    }

    /** The next one that is wanted. */
    public JsonObject next(Predicate<JsonObject> wanted) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data:")) {
                JsonObject event = Json.parseObject(line.substring(5).getBytes(StandardCharsets.UTF_8), "event");
                if (wanted.test(event)) {
                    return event;
                }
            }
        }
        throw new AssertionError("the stream ended before what was waited for");
    }

    /** Waits for the end; false when there is another event before it. */
    public boolean hasEnded() throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data:")) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
