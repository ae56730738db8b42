package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.ingest.Planner;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.ReportSchema;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.RemoteFile;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Summary;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.validate.ValidateConfig;
import dev.ingot.validate.ValidateFolder;
import dev.ingot.validate.page.ReportPage;
import dev.ingot.validate.policy.PolicyPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A judgement on one person's merged folder, in this process: base and adapter are planned, and the folder is held against them. */
public final class LocalValidation {
    private static final String PLAN = StageName.INGEST.id();
    private static final String VALIDATE = StageName.VALIDATE.id();

    private final Terminal terminal;
    private final ValidateOptions options;
    private final boolean json;
    private final String version;
    private final Clock clock = Clock.systemUTC();
    private final LocalSources reading = new LocalSources(System.getenv());
    private final Sources sources = reading.open();
    private final long started = System.nanoTime();

    public LocalValidation(Terminal terminal, ValidateOptions options, boolean json, String version) {
        this.terminal = terminal;
        this.options = options;
        this.json = json;
        this.version = version;
    }

    /** Runs to the end; says on the terminal how it went. */
    public ExitCode run() throws IOException, InterruptedException {
        FileSet merged = merged();
        LocalPlaces places = new LocalPlaces(sources, HuggingFaceCache.of(System.getenv()), terminal::say);
        RunRequest request =
                PinnedRequest.of(LocalRequest.of(options, ModelConfig.read(merged), places, clock), sources);
        Plan plan = new Planner().plan(request, sources.open(request.base()), AdapterFiles.open(request, sources));
        reading.download(plan, terminal);
        Report report = judge(request, plan, merged);
        writeReport(report);
        ExitCode exit = report.delivered() ? ExitCode.DELIVERED : ExitCode.REJECTED;
        say(report);
        if (json) {
            terminal.out().print(document(report, exit));
        }
        return exit;
    }

    private FileSet merged() throws IOException {
        Path folder = options.merged();
        if (!Files.isDirectory(folder)) {
            throw new RefusedInput(
                    "merged.not-found",
                    "--merged %s: expected a folder, found %s."
                            .formatted(folder, Files.exists(folder) ? "a file" : "nothing"),
                    "check the path");
        }
        return sources.open(folder.toAbsolutePath().normalize().toUri().toString());
    }

    private Report judge(RunRequest request, Plan plan, FileSet merged) throws IOException, InterruptedException {
        ValidateConfig config = ValidateConfig.judging()
                .withThreads(options.threads())
                .into(LocalRequest.folderName(options.merged()))
                .with(new PolicyPlaces(options.policy(), Optional.empty()));
        try (ProgressBoard board = new ProgressBoard(terminal, List.of(PLAN, VALIDATE))) {
            board.ended(PLAN, RunDisplay.ingestNote(plan));
            RemoteFile.requireWhole(plan.inputs(), sources);
            Report report = new ValidateFolder(sources, config, version, clock)
                    .validate(
                            request,
                            plan,
                            merged,
                            (done, total, unit, at) -> board.at(VALIDATE, 0, done, total, unit, ""));
            board.ended(VALIDATE, Amounts.count(report.weights().size(), "tensor") + " merged again and compared");
            return report;
        }
    }

    private void writeReport(Report report) throws IOException {
        if (options.report().isPresent()) {
            Path folder = Files.createDirectories(options.report().get());
            Files.write(folder.resolve("report.json"), Documents.write(report));
            Files.write(folder.resolve(ReportSchema.FILE), ReportSchema.bytes());
            Files.writeString(folder.resolve("report.html"), new ReportPage().render(report));
        }
    }

    private void say(Report report) {
        Consumer<String> lines = json ? terminal::say : terminal::result;
        OptionalLong peak = PeakMemory.bytes();
        String memory = peak.isPresent() ? ", " + Amounts.bytes(peak.getAsLong()) + " of memory" : "";
        String page = options.report()
                .map(folder -> folder.resolve("report.html").toString())
                .orElse("");
        terminal.say("");
        // the report knows the folder's name; as a path it can be run from here
        String name = "\"./" + LocalRequest.folderName(options.merged()) + '"';
        Summary.of(report, Amounts.seconds(seconds()) + memory, page).stream()
                .map(line -> line.replace(name, '"' + options.merged().toString() + '"'))
                .forEach(lines);
    }

    private double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    /** One JSON document: the verdict, the gate that is closed, and the whole report. */
    private String document(Report report, ExitCode exit) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("verdict", new JsonText(report.delivered() ? "trained model" : "rejected"));
        members.put("exit", JsonNumber.of(exit.code()));
        report.gates().stream()
                .filter(gate -> !report.delivered() && gate.state() == Gate.State.FAILED)
                .findFirst()
                .ifPresent(gate -> members.put("gate", new JsonText(gate.name())));
        members.put(
                "merged",
                new JsonText(options.merged().toAbsolutePath().normalize().toString()));
        members.put("seconds", new JsonNumber(String.format(Locale.ROOT, "%.3f", seconds())));
        members.put("report", Json.parse(Documents.write(report), "the report"));
        return Json.write(new JsonObject(members));
    }
}
