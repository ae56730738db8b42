package dev.ingot.standalone.whole;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.standalone.client.Models;
import dev.ingot.standalone.client.Registry;
import dev.ingot.standalone.client.RunFollowing;
import dev.ingot.standalone.client.RunState;
import dev.ingot.standalone.client.Runs;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the bundled runs through an installation by the same HTTP API as anyone's, and tells what became of them. */
public final class Demo implements QuarkusApplication {
    private static final String TEAM = "demo";
    /** The second has the first's base, so that it finds everything dequantized. */
    private static final List<String> ADAPTERS = List.of("jargon-lora", "jargon-lora-ends");

    /** Quarkus makes the application itself and passes nothing but words. */
    private static volatile @Nullable Setting setting;

    private record Setting(Terminal terminal, Installation installation, Path demo, boolean json, long started) {}

    /** Runs to the end; the exit code is that of the first run that was not published, or 0. */
    public static int run(Terminal terminal, Installation installation, Path demo, boolean json) throws IOException {
        setting = new Setting(terminal, installation, demo, json, System.nanoTime());
        terminal.say("starting a Kafka broker and five services …");
        return AllInOne.run(installation, Demo.class);
    }

    @Override
    public int run(String... args) throws IOException, InterruptedException {
        Setting given = setting;
        if (given == null) {
            throw new IllegalStateException("the demo was not started by its command");
        }
        Terminal terminal = given.terminal();
        terminal.say("up after " + seconds(given) + ", pages on "
                + given.installation().url());
        Registry registry = new Registry(URI.create(given.installation().url()));
        List<DemoResult> results = new ArrayList<>();
        for (String adapter : ADAPTERS) {
            terminal.say("");
            terminal.say(terminal.paint(Terminal.Color.BOLD, adapter));
            Runs runs = new Runs(registry);
            RunState accepted = runs.submit(TEAM, request(given.demo(), adapter));
            RunState ended = RunFollowing.follow(terminal, runs, accepted.run());
            RunState.Ending ending = ended.verdict().orElseThrow();
            if (!ending.isPublished()) {
                RunFollowing.complaint(ended, ending).print(terminal);
                return RunFollowing.exit(ended).code();
            }
            Report report = runs.report(ended.run());
            results.add(new DemoResult(adapter, ended, report, fetch(given, registry, ending)));
        }
        tell(given, results);
        return ExitCode.DELIVERED.code();
    }

    private static void tell(Setting given, List<DemoResult> results) {
        if (given.json()) {
            given.terminal().out().print(Json.write(DemoResult.json(results)));
        } else {
            given.terminal().result("");
            DemoResult.lines(results).forEach(given.terminal()::result);
        }
        given.terminal().say("");
        given.terminal()
                .say("done in " + seconds(given) + "; ./ingot up --data '"
                        + given.installation().data() + "' shows these runs in the browser");
    }

    private static String seconds(Setting given) {
        return Amounts.seconds((System.nanoTime() - given.started()) / 1e9);
    }

    private static JsonObject request(Path demo, String adapter) {
        Map<String, dev.ingot.checkpoint.json.JsonValue> texts = new LinkedHashMap<>();
        texts.put("general", uri(demo.resolve("general.eval.txt")));
        texts.put("domain", uri(demo.resolve("domain.eval.txt")));
        Map<String, dev.ingot.checkpoint.json.JsonValue> request = new LinkedHashMap<>();
        request.put("run", new JsonText(adapter));
        request.put("model", new JsonText(adapter));
        request.put("base", uri(demo.resolve("base-nf4")));
        request.put("adapter", uri(demo.resolve(adapter)));
        request.put("trainedOn", new JsonText("base-as-stored"));
        request.put("evaluation", new JsonObject(texts));
        request.put("submittedBy", new JsonText("ingot demo"));
        return new JsonObject(request);
    }

    private static JsonText uri(Path path) {
        return new JsonText(path.toAbsolutePath().normalize().toUri().toString());
    }

    /** A copy of what was published that stays when the installation is gone. */
    private static Path fetch(Setting given, Registry registry, RunState.Ending ending)
            throws IOException, InterruptedException {
        Models models = new Models(registry);
        Models.Model model = models.of(TEAM, ending.model());
        Models.Version version = model.version(Long.toString(ending.version())).orElseThrow();
        Path folder = given.installation().models().resolve(ending.model());
        for (Models.VersionFile file : version.files()) {
            models.download(model, version, file, folder.resolve(file.path())).fetch(_ -> {});
        }
        return folder;
    }
}
