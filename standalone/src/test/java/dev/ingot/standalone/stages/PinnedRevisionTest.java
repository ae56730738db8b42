package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.ingest.Ingest;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

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
        Optional<String> alone = WeightedAdapter.alone(adapters);
        return new RunRequest(
                        1,
                        RUN,
                        "model",
                        base,
                        alone.orElse("hf://demo/none"),
                        TrainedOn.BASE_AS_STORED,
                        null,
                        MergeBase.TRAINED,
                        false,
                        false,
                        OutputDType.AUTO,
                        TiePolicy.AUTO,
                        ValidationLevel.STRUCTURE,
                        RunRequest.DEFAULT_MAX_SHARD_BYTES,
                        Map.of(),
                        true,
                        "",
                        Instant.EPOCH)
                .from(base, adapters);
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
    void oneFolderAtTwoRevisionsNeedsBothByHash() throws IOException {
        List<WeightedAdapter> two = List.of(
                WeightedAdapter.whole("hf://demo/jargon-lora"),
                new WeightedAdapter("hf://demo/jargon-lora@" + SECOND, 0.5));
        RefusedInput refusal = assertThrows(
                RefusedInput.class, () -> PinnedRequest.of(request("hf://demo/base-nf4", two), this::open));
        assertEquals("request.revisions", refusal.code());
        List<WeightedAdapter> pinned = List.of(
                WeightedAdapter.whole("hf://demo/jargon-lora@" + FIRST),
                new WeightedAdapter("hf://demo/jargon-lora@" + SECOND, 0.5));
        assertEquals(
                pinned,
                PinnedRequest.of(request("hf://demo/base-nf4", pinned), this::open)
                        .requireAdapters());
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
