package dev.ingot.validate;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.OutputFile;
import dev.ingot.pipeline.report.Report.StageTiming;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.policy.TeamPolicy;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Judges a folder that any tool merged, as a run of Ingot's own is judged; stores nothing. */
public final class ValidateFolder {
    /** What a smoke measurement of what the models compute may take. */
    private static final Duration SMOKE_TIME = Duration.ofSeconds(20);

    private final FileSets sources;
    private final ValidateConfig config;
    private final String version;
    private final Clock clock;

    /** @param version of Ingot */
    public ValidateFolder(FileSets sources, ValidateConfig config, String version, Clock clock) {
        this.sources = sources;
        this.config = config;
        this.version = version;
        this.clock = clock;
    }

    /**
     * What there is to say about it; {@link Report#delivered()} where it is the trained model.
     *
     * @param request base, adapters and how they were trained
     * @param plan that ingest made of these
     */
    public Report validate(RunRequest request, Plan plan, FileSet merged, Progress progress)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        TeamPolicy team = config.places().alone(config.policy());
        String architecture = ModelConfig.read(merged).architecture();
        JudgeRequest judged = new JudgeRequest(
                plan,
                sources.open(request.base()),
                request.swapNibbles(),
                request.baseIsResidual(),
                Validate.quantization(request, plan),
                AdapterFiles.open(request, sources),
                merged,
                EvaluationTexts.of(request, team.evaluation(), sources, merged),
                request.validate(),
                SMOKE_TIME);
        Findings findings = new Judge(config.by(team)).examine(judged, progress);
        double seconds = (System.nanoTime() - start) / 1e9;
        List<OutputFile> files = files(merged);
        long read = files.stream().mapToLong(OutputFile::size).sum();
        ReportFrame frame = new ReportFrame(
                clock.instant(),
                config.title(request),
                List.of(),
                List.of(),
                List.of(new StageTiming("validate", seconds, read, 0, "")),
                files,
                List.of(LoadLines.load(architecture, "./" + config.title(request))),
                Validate.provenance(request, plan, version),
                List.of());
        Optional<Incumbent> incumbent = team.gates()
                .quality()
                .alias()
                .map(alias -> new Incumbent(
                        request.model(), alias, 0, List.of(), "the judgement on a folder knows no versions"));
        Judgement.Basis basis = new Judgement.Basis(team.gates(), team.applied(), incumbent, List.of());
        return Judgement.of(plan, findings, false, basis).report(frame);
    }

    /** By name and size: nothing is hashed. */
    private static List<OutputFile> files(FileSet merged) throws IOException {
        return merged.list().stream()
                .sorted(Comparator.comparing(FileInfo::name))
                .map(file -> new OutputFile(file.name(), file.size(), ""))
                .toList();
    }
}
