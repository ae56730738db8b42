package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalPlacesTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path dir;

    private final List<String> said = new ArrayList<>();
    private Path repository;
    private LocalPlaces places;

    @BeforeEach
    void makeCache() throws IOException {
        repository = dir.resolve("cache/models--org--name");
        write(repository.resolve("blobs/b1"), "{}");
        write(repository.resolve("refs/main"), COMMIT);
        write(repository.resolve("refs/refs/pr/1"), COMMIT);
        Path snapshot = Files.createDirectories(repository.resolve("snapshots").resolve(COMMIT));
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/b1"));
        places = new LocalPlaces(
                Sources.anyFolder(),
                HuggingFaceCache.of(Map.of("HF_HUB_CACHE", dir.resolve("cache").toString())),
                said::add);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private RefusedInput refusal(String base) {
        return assertThrows(RefusedInput.class, () -> places.base(base));
    }

    private String adapter(String text, String choice) throws IOException {
        Optional<CheckpointChoice> chosen =
                Optional.of(choice).filter(named -> !named.isEmpty()).map(CheckpointChoice::new);
        return places.adapters(List.of(new WeightedAdapter(text, 0.5)), chosen)
                .getFirst()
                .adapter();
    }

    private Path config(String folder, String text) throws IOException {
        write(dir.resolve(folder).resolve("adapter_config.json"), text);
        return dir.resolve(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"org/name", "org/name@main", "org/name@refs/pr/1", "org/name@" + COMMIT})
    void a_model_in_the_cache_is_the_snapshot_of_its_revision(String name) throws IOException {
        String location = places.base(name);
        assertEquals(repository.resolve("snapshots").resolve(COMMIT).toUri().toString(), location);
        assertEquals(1, Sources.anyFolder().open(location).list().size());
        assertTrue(said.getFirst().contains("org/name@"), said.toString());
    }

    @Test
    void the_folder_of_a_cached_repository_means_its_main_branch() throws IOException {
        assertEquals(
                repository.resolve("snapshots").resolve(COMMIT).toUri().toString(), places.base(repository.toString()));
    }

    @Test
    void the_cache_is_where_the_variables_of_hugging_face_say() {
        Path home = Path.of(System.getProperty("user.home"));
        assertEquals(
                Path.of("/a"),
                HuggingFaceCache.of(Map.of("HF_HUB_CACHE", "/a", "HF_HOME", "/b"))
                        .folder());
        assertEquals(
                Path.of("/b/hub"), HuggingFaceCache.of(Map.of("HF_HOME", "/b")).folder());
        assertEquals(
                Path.of("/c/huggingface/hub"),
                HuggingFaceCache.of(Map.of("XDG_CACHE_HOME", "/c")).folder());
        assertEquals(
                home.resolve(".cache/huggingface/hub"),
                HuggingFaceCache.of(Map.of()).folder());
    }

    @Test
    void what_the_cache_does_not_have_can_be_downloaded_by_its_address() throws IOException {
        RefusedInput refusal = refusal("org/other@v1");
        assertEquals("base.not-found", refusal.code());
        assertEquals(
                "check the path; a model of that name on the hub: hf://org/other@v1 downloads it", refusal.remedy());
        assertEquals("hf://org/other@v1", places.base("hf://org/other@v1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"org/name@v2", "org/name@../snapshots", "org/name@"})
    void a_revision_that_the_cache_does_not_have_is_refused_with_those_it_has(String name) {
        RefusedInput refusal = refusal(name);
        assertEquals("source.not-cached", refusal.code());
        assertTrue(refusal.getMessage().contains(COMMIT), refusal.getMessage());
    }

    @Test
    void a_folder_comes_before_everything_that_its_name_could_mean() throws IOException {
        Path folder = Files.createDirectories(dir.resolve("a#b"));
        assertEquals(folder.toUri().toString(), places.base(folder.toString()));
        assertEquals(List.of(), said);
    }

    @Test
    void a_bucket_is_an_address_like_a_hub() throws IOException {
        assertEquals("s3://bucket/base", places.base("s3://bucket/base"));
        RefusedInput refusal = assertThrows(RefusedInput.class, () -> adapter("s3://bucket/out", ""));
        assertEquals("source.not-allowed", refusal.code());
    }

    @Test
    void a_file_is_no_base() throws IOException {
        write(dir.resolve("base"), "");
        RefusedInput refusal = refusal(dir.resolve("base").toString());
        assertEquals("base.not-found", refusal.code());
        assertTrue(refusal.getMessage().contains("found a file"), refusal.getMessage());
    }

    @Test
    void one_of_several_adapters_is_named_after_a_hash() throws IOException {
        config("out/style", "{}");
        Path facts = config("out/facts", "{}");
        assertEquals(facts.toUri().toString(), adapter(dir.resolve("out") + "#facts", ""));
        RefusedInput refusal = assertThrows(RefusedInput.class, () -> adapter(dir.resolve("out") + "#fact", ""));
        assertEquals("adapter.not-found", refusal.code());
        assertTrue(refusal.getMessage().contains("facts, style"), refusal.getMessage());
        assertEquals(
                "source.name",
                assertThrows(RefusedInput.class, () -> adapter(dir.resolve("out") + "#../out/facts", ""))
                        .code());
    }

    @Test
    void a_checkpoint_of_a_trainer_is_chosen_and_said() throws IOException {
        config("out/checkpoint-9", "{}");
        Path last = config("out/checkpoint-10", "{}");
        assertEquals(last.toUri().toString(), adapter(dir.resolve("out").toString(), "last"));
        assertTrue(said.getFirst().contains("checkpoint-10"), said.toString());
        assertEquals(
                "adapter.several",
                assertThrows(
                                RefusedInput.class,
                                () -> adapter(dir.resolve("out").toString(), ""))
                        .code());
    }

    @Test
    void the_base_that_an_adapter_names_is_looked_for_as_if_it_were_said() throws IOException {
        String adapter = config("lora", "{\"base_model_name_or_path\": \"org/name\", \"peft_type\": \"X\"}")
                .toUri()
                .toString();
        assertEquals(
                repository.resolve("snapshots").resolve(COMMIT).toUri().toString(),
                places.baseOf(List.of(WeightedAdapter.whole(adapter)), Optional.empty()));
        assertTrue(said.getLast().contains("as the adapter names it"), said.toString());
    }

    @Test
    void a_named_base_that_is_not_here_is_refused_as_what_the_adapter_said() throws IOException {
        WeightedAdapter adapter = WeightedAdapter.whole(config("lora", "{\"base_model_name_or_path\": \"org/else\"}")
                .toUri()
                .toString());
        RefusedInput refusal =
                assertThrows(RefusedInput.class, () -> places.baseOf(List.of(adapter), Optional.empty()));
        assertEquals("base.not-found", refusal.code());
        assertTrue(refusal.getMessage().startsWith("No --base is given; the adapter names 'org/else'."));
        assertEquals(
                "say --base; check the path; a model of that name on the hub: hf://org/else@main downloads it",
                refusal.remedy());
    }

    @Test
    void adapters_that_name_no_base_or_different_ones_leave_it_to_be_said() throws IOException {
        WeightedAdapter one = WeightedAdapter.whole(config("one", "{\"base_model_name_or_path\": \"org/name\"}")
                .toUri()
                .toString());
        WeightedAdapter other = WeightedAdapter.whole(config("other", "{\"base_model_name_or_path\": \"org/else\"}")
                .toUri()
                .toString());
        WeightedAdapter none =
                WeightedAdapter.whole(config("none", "{}").toUri().toString());
        for (List<WeightedAdapter> adapters : List.of(List.of(one, other), List.of(none))) {
            RefusedInput refusal = assertThrows(RefusedInput.class, () -> places.baseOf(adapters, Optional.empty()));
            assertEquals("base.not-named", refusal.code());
            assertEquals("say --base", refusal.remedy());
        }
    }
}
