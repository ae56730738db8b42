package dev.ingot.standalone.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.RunRef;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** The demo's adapters over the registry's HTTP API. */
record RegistryClient(URI root, String team) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /** Hands in a run of the demo's base and an adapter, in shards small enough for several. */
    RunRef submit(Path demo, String adapter, String model) throws IOException, InterruptedException {
        String body = """
                {"run": "%s-run", "model": "%s", "base": "%s", "adapter": "%s", "trainedOn": "base-as-stored",
                 "validate": "smoke", "maxShardBytes": 2200000, "evaluation": {"domain": "%s"}, "submittedBy": "a test"}
                """.formatted(
                        model,
                        model,
                        demo.resolve("base-nf4").toUri(),
                        demo.resolve(adapter).toUri(),
                        demo.resolve("domain.eval.txt").toUri());
        HttpRequest request = HttpRequest.newBuilder(address("/runs"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30))
                .build();
        HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
        assertEquals(202, answer.statusCode(), answer.body());
        return new RunRef(team, model + "-run");
    }

    /** {@code waiting}, {@code running}, {@code published} or {@code rejected}. */
    String state(RunRef run) throws IOException, InterruptedException {
        return view(run).text("state").orElseThrow();
    }

    JsonObject view(RunRef run) throws IOException, InterruptedException {
        return Json.parseObject(get(address("/runs/" + run.run())), "the registry's answer");
    }

    /** Bytes of a file of a published version. */
    byte[] file(String model, int version, String path) throws IOException, InterruptedException {
        return get(address("/models/" + model + "/versions/" + version + "/files/" + path));
    }

    private byte[] get(URI address) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build();
        HttpResponse<byte[]> answer = HTTP.send(request, BodyHandlers.ofByteArray());
        assertEquals(200, answer.statusCode(), () -> new String(answer.body(), StandardCharsets.UTF_8));
        return answer.body();
    }

    private URI address(String path) {
        return root.resolve("/api/teams/" + team + path);
    }
}
