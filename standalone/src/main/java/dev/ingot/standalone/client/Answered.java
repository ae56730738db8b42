package dev.ingot.standalone.client;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A server that answered, and said that it failed: trying again may help. */
public final class Answered extends IOException {
    private Answered(String message) {
        super(message);
    }

    /**
     * What an answer means that is no success.
     *
     * @throws RefusedInput where it is the request's fault (4xx), with the code, sentence and remedy that the server gave
     */
    static Answered of(int status, URI address, String body) {
        if (status / 100 == 4 && status != 408 && status != 429) {
            throw refused(status, address, body);
        }
        return new Answered(address + " answered " + status + (body.isBlank() ? "" : ": " + firstLine(body)));
    }

    private static RefusedInput refused(int status, URI address, String body) {
        JsonObject problem = problem(body);
        String usual = status == 404
                ? "there is nothing at " + address + "."
                : address + " answered " + status + (body.isBlank() ? "" : ": " + firstLine(body));
        return new RefusedInput(
                problem.text("code").orElse(status == 404 ? "server.not-found" : "server.refused"),
                problem.text("sentence").orElse(usual),
                problem.text("remedy")
                        .orElse("check the names and --url; `ingot models` and `ingot status` list what there is"));
    }

    private static JsonObject problem(String body) {
        try {
            return Json.parseObject(body.getBytes(StandardCharsets.UTF_8), "the server's answer");
        } catch (RefusedInput noJson) {
            return JsonObject.empty();
        }
    }

    private static String firstLine(String body) {
        String line = body.strip().lines().findFirst().orElse("");
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
