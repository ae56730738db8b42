package dev.ingot.standalone.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.dequant.DequantConfig;
import dev.ingot.dequant.Dequantize;
import dev.ingot.ingest.Ingest;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.Hub;
import dev.ingot.pipeline.source.hub.HubAccess;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.tile.StoredTileSources;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.registry.RegistryConfig;
import dev.ingot.registry.run.NamedBase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The work of the services on what they may read: a hub's organization, a bucket and a folder in one run, whose base is the one that an adapter names. */
@Timeout(180)
class ServiceSourcesTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    private final MemoryStore store = new MemoryStore();
    private final MemoryStore bucket = new MemoryStore();
    private FolderHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new FolderHub(DEMO);
        try (Stream<Path> files = Files.list(DEMO.resolve("jargon-lora"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] content = Files.readAllBytes(file);
                if (file.endsWith("adapter_config.json")) {
                    String config = new String(content, StandardCharsets.UTF_8);
                    content = config.replace("\"base-nf4\"", "\"demo/base-nf4\"").getBytes(StandardCharsets.UTF_8);
                }
                assertTrue(bucket.createOnce("42/" + file.getFileName(), content));
            }
        }
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    /** As a service opens them. */
    private Sources sources(String... ofHub) {
        HubAccess access = HubAccess.of(hub.endpoint(), Optional.empty(), List.of(), dir.resolve("cache"));
        return Sources.folders(List.of(DEMO))
                .withBucket("runs", bucket)
                .withHub(Hub.only(access, List.of(ofHub)));
    }

    private static WeightedAdapter folder() {
        return new WeightedAdapter(DEMO.resolve("jargon-lora-ends").toUri().toString(), 0.5);
    }

    @Test
    void aBaseThatTheAdapterNamesAndAdaptersFromBucketAndFolderMergeAsFoldersDo() throws Exception {
        Sources mixed = sources("hf://demo");
        String base = new NamedBase(mixed, new Everybody())
                .of("acme", List.of("s3://runs/42"), Optional.empty(), Optional.empty());
        assertEquals("hf://demo/base-nf4", base);
        List<WeightedAdapter> adapters = List.of(WeightedAdapter.whole("s3://runs/42"), folder());
        List<WeightedAdapter> folders =
                List.of(WeightedAdapter.whole(DEMO.resolve("jargon-lora").toUri().toString()), folder());

        List<String> merged = merged(mixed, base, adapters);

        assertEquals(
                merged(Sources.anyFolder(), DEMO.resolve("base-nf4").toUri().toString(), folders), merged);
    }

    @Test
    void aPlanNamesEachInputWhereItLies() throws Exception {
        Plan plan = plan(
                sources("hf://demo/base-nf4"),
                "hf://demo/base-nf4",
                List.of(WeightedAdapter.whole("s3://runs/42"), folder()));
        Map<InputRole, Set<String>> schemes = plan.inputs().stream()
                .collect(Collectors.groupingBy(
                        InputFile::role,
                        Collectors.mapping(
                                input -> input.location().replaceFirst(":.*", ""), Collectors.toSet())));
        assertEquals(Map.of(InputRole.BASE, Set.of("hf"), InputRole.ADAPTER, Set.of("s3", "file")), schemes);
    }

    @Test
    void aNamedBaseOfAnotherOrganizationThanTheServiceMayReadIsRefused() {
        RefusedInput refused = assertThrows(
                RefusedInput.class,
                () -> plan(sources("hf://other"), "hf://demo/base-nf4", List.of(WeightedAdapter.whole("s3://runs/42"))));
        assertEquals("source.not-allowed", refused.code());
        assertTrue(refused.getMessage().contains("hf://demo/base-nf4"), refused.getMessage());
    }

    private Plan plan(FileSets sources, String base, List<WeightedAdapter> adapters) throws Exception {
        RunRef run = new RunRef("acme", "run-" + UUID.randomUUID());
        RunRequest request = RunRequest.builder(run, "model", base)
                .adapters(adapters)
                .trainedOn(RunRequest.TrainedOn.BASE_AS_STORED)
                .validate(RunRequest.ValidationLevel.OFF)
                .maxShardBytes(1 << 20)
                .provenance(true)
                .build();
        store.createOnce(new RunKeys(run).request(), Documents.write(request));
        new Ingest(store, sources).ingest(run);
        return new RunFiles(store).plan(run).orElseThrow();
    }

    /** SHA-256 of every shard, each dequantized into the store first. */
    private List<String> merged(FileSets sources, String base, List<WeightedAdapter> adapters) throws Exception {
        Plan plan = plan(sources, base, adapters);
        MergeShard merge =
                new MergeShard(store, sources, new StoredTileSources(store, sources), new MergeConfig(2, 1 << 16));
        List<String> digests = new ArrayList<>();
        for (OutputShard shard : plan.shards()) {
            if (shard.hasQuantized()) {
                Attempt attempt = attempt(plan.run(), StageName.DEQUANT, shard.number());
                var result = new Dequantize(store, sources, new DequantConfig(2, 1 << 16))
                        .dequantize(plan, shard.number(), attempt);
                Marker marker =
                        new Marker(attempt.task().id(), attempt.id(), "worker", "0", Instant.EPOCH, Duration.ZERO, result);
                store.createOnce(new RunKeys(plan.run()).done(attempt.task()), Documents.write(marker));
            }
            MergedShard made =
                    merge.merge(plan, shard.number(), attempt(plan.run(), StageName.MERGE, shard.number()));
            digests.add(made.file() + " " + made.object().sha256());
        }
        return digests;
    }

    private static Attempt attempt(RunRef run, StageName stage, int shard) {
        return new Attempt(new TaskId(run, stage, shard), 1, UUID.randomUUID().toString(), Progress.NONE);
    }

    /** Every team may leave the base out. */
    private static final class Everybody implements RegistryConfig {
        @Override
        public Optional<List<String>> baseFromAdapter() {
            return Optional.of(List.of("*"));
        }

        @Override
        public Duration listingAge() {
            return Duration.ZERO;
        }

        @Override
        public Duration followEvery() {
            return Duration.ZERO;
        }

        @Override
        public Duration sendWithin() {
            return Duration.ZERO;
        }
    }
}
