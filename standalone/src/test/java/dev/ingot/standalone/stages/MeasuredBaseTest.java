package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.MergeBaseChoice.Candidate;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult;
import dev.ingot.validate.ValidateConfig;
import dev.ingot.validate.gate.GatePolicy;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mergeBase: measured} through the stages of the services, with several shards. On the demo, general text is better onto the original and domain text is not. */
@Timeout(300)
class MeasuredBaseTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();
    private static final RunRef RUN = new RunRef("team", "measured");
    private static final ValidateConfig CONFIG =
            new ValidateConfig(GatePolicy.publishing(), ValidateConfig.Destination.REGISTRY, 128, 256, 64, 2);

    private final MemoryStore store = new MemoryStore();
    private final RunFiles files = new RunFiles(store);
    private final FourStages stages = new FourStages(store, CONFIG);

    @Test
    void theOriginalIsPublishedWhereItIsBetterAndNothingIsLeftOfTheOther() throws Exception {
        Report report = published("base-nf4", "base-fp16", null, Map.of());

        assertEquals("original", choice(report).chosen());
        assertTrue(
                report.provenance().base().contains("base-fp16"),
                report.provenance().base());
        assertCounts(files.plans(RUN).getLast(), files.plans(RUN).getFirst());
    }

    @Test
    void aTryAfterOneThatDiedBeforeItsMarkerEndsTheSame() throws Exception {
        Report report = published("base-nf4", "base-fp16", null, Map.of());
        Attempt again = new Attempt(new TaskId(RUN, StageName.VALIDATE, 0), 2, "second", Progress.NONE);

        Outcome outcome = stages.validate().validate(RUN, again);

        StageResult.Validated validated = assertInstanceOf(
                StageResult.Validated.class,
                assertInstanceOf(Outcome.Done.class, outcome).result());
        assertEquals(1, validated.version());
        assertEquals(report, files.report(RUN).orElseThrow());
    }

    @Test
    void whatTrainingSawIsPublishedWhereTheOriginalIsNotPlainlyBetter() throws Exception {
        Map<String, String> domain =
                Map.of("domain", DEMO.resolve("domain.eval.txt").toUri().toString());
        Report report = published("base-nf4", "base-fp16", null, domain);

        assertEquals("trained", choice(report).chosen());
        assertEquals(
                List.of("domain", "general"), sets(choice(report).candidates().getFirst()));
        assertEquals(
                List.of("domain", "general"), sets(choice(report).candidates().getLast()));
        assertCounts(files.plans(RUN).getFirst(), files.plans(RUN).getLast());
    }

    @Test
    void aBaseThatWasQuantizedWhileLoadingIsItsOwnOriginal() throws Exception {
        Report report = published("base-fp16", null, "nf4-double", Map.of());

        assertEquals(2, choice(report).candidates().size());
        assertEquals(
                choice(report).candidates().getFirst().base(),
                choice(report).candidates().getLast().base());
        assertTrue(
                choice(report).candidates().getFirst().perplexities().getFirst().merged()
                        != choice(report)
                                .candidates()
                                .getLast()
                                .perplexities()
                                .getFirst()
                                .merged());
    }

    /** The report names both, measured on the same tokens, and its own figures are those of the one that counts. */
    private static MergeBaseChoice choice(Report report) {
        MergeBaseChoice choice = report.mergeBaseChoice();
        assertEquals(
                List.of("trained", "original"),
                choice.candidates().stream().map(Candidate::name).toList());
        Candidate counts = choice.candidates().get(choice.isOriginal() ? 1 : 0);
        assertEquals(report.perplexities(), counts.perplexities());
        return choice;
    }

    private static List<String> sets(Candidate candidate) {
        return candidate.perplexities().stream()
                .map(Report.Perplexity::set)
                .sorted()
                .toList();
    }

    private void assertCounts(Plan counts, Plan other) throws Exception {
        assertTrue(counts.shards().size() > 1, "several shards");
        Set<Integer> numbers = new HashSet<>();
        for (Plan plan : List.of(counts, other)) {
            plan.shards().forEach(shard -> assertTrue(numbers.add(shard.number()), "numbered through both plans"));
        }
        Manifest manifest = files.read(new ModelKeys("team", "model").manifest(1), Manifest.class)
                .orElseThrow();
        assertEquals(
                counts.shards().stream().map(OutputShard::file).toList(),
                manifest.files().stream()
                        .map(Manifest.ManifestFile::path)
                        .filter(path -> path.endsWith(".safetensors"))
                        .toList());
        for (Manifest.ManifestFile file : manifest.files()) {
            assertTrue(store.open(file.key()).isPresent(), file.key());
        }
        assertEquals(RunFiles.key(counts), keyOf(manifest, "plan.json"));
        for (OutputShard shard : other.shards()) {
            TaskId merge = new TaskId(RUN, StageName.MERGE, shard.number());
            assertEquals(List.of(), store.list(new RunKeys(RUN).data(merge)));
            assertTrue(files.marker(merge).isPresent(), "done, and only its bytes are gone");
        }
    }

    private static String keyOf(Manifest manifest, String path) {
        return manifest.files().stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow()
                .key();
    }

    private Report published(
            String base, @Nullable String original, @Nullable String quantization, Map<String, String> evaluation)
            throws Exception {
        RunRequest request = RunRequest.builder(RUN, "model", uri(base))
                .adapter(uri("jargon-lora"))
                .trainedOn(quantization == null ? TrainedOn.BASE_AS_STORED : TrainedOn.QUANTIZED_WHILE_LOADING)
                .quantizationConfig(quantization)
                .mergeBase(MergeBase.MEASURED)
                .originalBase(original == null ? null : uri(original))
                .maxShardBytes(2_200_000)
                .evaluation(evaluation)
                .provenance(true)
                .build();
        assertInstanceOf(Verdict.Published.class, stages.run(request));
        return files.report(RUN).orElseThrow();
    }

    private static String uri(String name) {
        return DEMO.resolve(name).toUri().toString();
    }
}
