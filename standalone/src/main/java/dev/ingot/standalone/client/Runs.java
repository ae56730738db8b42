package dev.ingot.standalone.client;

import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.report.Report;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The runs of an installation. RefusedInput for what the installation refuses, IOException when it fails. */
public record Runs(Registry registry) {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int PATIENCE = 30;

    /** Hands a run in; the same again under the same name does no harm. */
    public RunState submit(String team, JsonObject request) throws IOException, InterruptedException {
        return RunState.of(object(registry.post(request, "api", "teams", team, "runs")));
    }

    public RunState of(RunRef run) throws IOException, InterruptedException {
        return RunState.of(object(registry.get("api", "teams", run.team(), "runs", run.run())));
    }

    /** The newest runs of a team, newest first. */
    public List<RunState> newest(String team) throws IOException, InterruptedException {
        JsonObject page = object(registry.get("api", "teams", team, "runs"));
        return RunState.objects(page, "runs").stream().map(RunState::of).toList();
    }

    public Report report(RunRef run) throws IOException, InterruptedException {
        URI address = registry.address("api", "teams", run.team(), "runs", run.run(), "report.json");
        return Documents.read(registry.bytes(address, 0).readAllBytes(), Report.class, address.toString());
    }

    /** Follows a run until it is over and gives its last state. A stream that breaks off is taken up again. */
    public RunState follow(RunRef run, Consumer<RunState> seen) throws IOException, InterruptedException {
        AtomicReference<RunState> last = new AtomicReference<>(of(run));
        int failures = 0;
        while (!last.get().isOver()) {
            try {
                registry.events(
                        event -> {
                            RunState state = RunState.of(event);
                            last.set(state);
                            seen.accept(state);
                            return !state.isOver();
                        },
                        "api",
                        "teams",
                        run.team(),
                        "runs",
                        run.run(),
                        "events");
                failures = 0;
            } catch (IOException e) {
                if (++failures == PATIENCE) {
                    throw e;
                }
            }
            if (!last.get().isOver()) {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        }
        seen.accept(last.get());
        return last.get();
    }

    private static JsonObject object(JsonValue answer) throws IOException {
        if (answer instanceof JsonObject object) {
            return object;
        }
        throw new IOException("the server answered something that is no JSON object");
    }
}
