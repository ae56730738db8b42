package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.ingest.Ingest;
import dev.ingot.ingest.Planner;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose base and adapter are branches on a hub, which go on moving. */
class PinnedRevisionTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();
    private static final RunRef RUN = new RunRef("team", "run");
    private static final String FIRST = "1".repeat(40);
    private static final String SECOND = "2".repeat(40);

    private String head = FIRST;

    /** Serves the demo's folders; every branch is at {@code head}. */
    private FileSet open(String location) throws IOException {
        HubAddress address = HubAddress.parse(location);
        String name = address.repository().substring("demo/".length());
        FileSet files = Sources.anyFolder().open(DEMO.resolve(name).toString());
        return new At(files, address.isPinned() ? address : address.at(head));
    }

    private static RunRequest request(String base, List<WeightedAdapter> adapters) {
        return RunRequest.builder(RUN, "model", base)
                .adapters(adapters)
                .trainedOn(TrainedOn.BASE_AS_STORED)
                .validate(ValidationLevel.STRUCTURE)
                .provenance(true)
                .build();
    }

    @Test
    void whatComesAfterIngestReadsTheCommitsThatWerePlanned() throws IOException {
        RunRequest asked = request("hf://demo/base-nf4", List.of(WeightedAdapter.whole("hf://demo/jargon-lora@main")));
        MemoryStore store = new MemoryStore();
        new RunFiles(store).createOrRead(new RunKeys(RUN).request(), asked, RunRequest.class);
        new Ingest(store, this::open).ingest(RUN);
        Plan plan = new RunFiles(store).plan(RUN).orElseThrow();
        head = SECOND;
        assertEquals(
                Map.of(
                        InputRole.BASE,
                        Set.of("hf://demo/base-nf4@" + FIRST),
                        InputRole.ADAPTER,
                        Set.of("hf://demo/jargon-lora@" + FIRST)),
                plan.inputs().stream()
                        .collect(Collectors.groupingBy(
                                InputFile::role, Collectors.mapping(InputFile::location, Collectors.toSet()))));
        RunRequest later = PinnedRequest.of(asked, plan);
        assertEquals("hf://demo/base-nf4@" + FIRST, later.base());
        assertEquals("hf://demo/jargon-lora@" + FIRST, later.adapter());
    }

    @Test
    void oneFolderAtTwoRevisionsIsTwoAdapters() throws IOException {
        List<WeightedAdapter> two = List.of(
                WeightedAdapter.whole("hf://demo/jargon-lora"),
                new WeightedAdapter("hf://demo/jargon-lora@" + SECOND, 0.5));
        RunRequest asked = request("hf://demo/base-nf4", two);
        RunRequest pinned = PinnedRequest.of(asked, this::open);
        List<WeightedAdapter> expected = List.of(
                WeightedAdapter.whole("hf://demo/jargon-lora@" + FIRST),
                new WeightedAdapter("hf://demo/jargon-lora@" + SECOND, 0.5));
        assertEquals(expected, pinned.requireAdapters());
        Plan plan = new Planner().plan(pinned, open(pinned.base()), AdapterFiles.open(pinned, this::open));
        assertEquals(expected, PinnedRequest.of(asked, plan).requireAdapters());
    }

    @Test
    void theCheckpointThatWasChosenStaysChosenWhenTheTrainerSavesAnother(@TempDir Path dir) throws IOException {
        save(dir, 9);
        RunRequest asked = request(
                        DEMO.resolve("base-nf4").toUri().toString(),
                        List.of(WeightedAdapter.whole(dir.toUri().toString())))
                .toBuilder()
                .checkpoint("last")
                .build();
        MemoryStore store = new MemoryStore();
        RunRequest stands = new RunFiles(store).createOrRead(new RunKeys(RUN).request(), asked, RunRequest.class);
        assertEquals("last", stands.checkpoint());
        Sources sources = Sources.anyFolder();
        new Ingest(store, sources).ingest(RUN);
        save(dir, 10);
        Plan plan = new RunFiles(store).plan(RUN).orElseThrow();
        assertEquals(
                dir.resolve("checkpoint-9").toUri().toString(),
                PinnedRequest.of(stands, plan).adapter());
    }

    @Test
    void aRequestWithoutAChoiceIsRefusedWithTheCandidates(@TempDir Path dir) throws IOException {
        save(dir, 9);
        save(dir, 10);
        RunRequest asked = request(
                DEMO.resolve("base-nf4").toUri().toString(),
                List.of(WeightedAdapter.whole(dir.toUri().toString())));
        RefusedInput refusal = assertThrows(RefusedInput.class, () -> PinnedRequest.of(asked, Sources.anyFolder()));
        assertEquals("adapter.several", refusal.code());
        assertTrue(refusal.getMessage().contains("checkpoint-9, checkpoint-10"), refusal.getMessage());
        assertTrue(refusal.remedy().contains("checkpoint in a request"), refusal.remedy());
    }

    private static void save(Path folder, int step) throws IOException {
        Path checkpoint = Files.createDirectories(folder.resolve("checkpoint-" + step));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(DEMO.resolve("jargon-lora").resolve(file), checkpoint.resolve(file));
        }
    }

    /** A folder's files under an address. */
    private record At(FileSet files, HubAddress address) implements FileSet {
        @Override
        public String location() {
            return address.toString();
        }

        @Override
        public List<FileInfo> list() throws IOException {
            return files.list();
        }

        @Override
        public Optional<RangedFile> open(String name) throws IOException {
            return files.open(name);
        }
    }
}
