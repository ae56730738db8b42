package dev.ingot.pipeline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {
    @TempDir
    Path temp;

    private Path model;
    private Path elsewhere;

    @BeforeEach
    void makeFolders() throws IOException {
        Path real = temp.toRealPath();
        model = Files.createDirectories(real.resolve("allowed/my model%41ü"));
        elsewhere = Files.createDirectories(real.resolve("elsewhere"));
        Files.writeString(model.resolve("config.json"), "{}");
    }

    @Test
    void a_path_and_a_file_uri_open_the_same_folder() throws IOException {
        FileSet byPath = Sources.anyFolder().open(model.toString());
        FileSet byUri = Sources.anyFolder().open(model.toUri().toString());
        assertEquals(byPath.list(), byUri.list());
        assertEquals(byPath.location(), byUri.location());
    }

    @Test
    void the_location_of_a_set_opens_it_again() throws IOException {
        FileSet first = Sources.anyFolder().open(model.toString());
        assertTrue(first.location().startsWith("file:///"), first.location());
        assertEquals(first.list(), Sources.anyFolder().open(first.location()).list());

        Sources sources = Sources.anyFolder().withBucket("bucket", new MemoryStore());
        assertEquals("s3://bucket/a/b/", sources.open("s3://bucket/a/b").location());
        assertEquals("s3://bucket/a/b/", sources.open("s3://bucket/a/b/").location());
        assertEquals("s3://bucket/", sources.open("s3://bucket").location());
    }

    @Test
    void a_relative_path_is_one_from_the_working_folder() throws IOException {
        assertEquals(
                Path.of("").toRealPath().toUri().toString(),
                Sources.anyFolder().open(".").location());
    }

    @Test
    void a_folder_outside_the_allowed_ones_is_refused_with_what_is_allowed() throws IOException {
        Sources sources = Sources.folders(List.of(model.getParent())).withBucket("bucket", new MemoryStore());
        assertEquals(1, sources.open(model.toString()).list().size());
        for (Path outside : List.of(elsewhere, temp, temp.resolve("not-there"), model.resolve("../../elsewhere"))) {
            RefusedInput refusal = assertThrows(RefusedInput.class, () -> sources.open(outside.toString()));
            assertEquals("source.not-allowed", refusal.code());
            assertTrue(refusal.getMessage().contains(model.getParent() + ", s3://bucket"), refusal.getMessage());
        }
    }

    @Test
    void a_folder_with_a_longer_name_is_not_below_a_shorter_one() throws IOException {
        Path neighbour = Files.createDirectories(model.getParent().resolveSibling("allowed-too"));
        Sources sources = Sources.folders(List.of(model.getParent()));
        assertEquals(
                "source.not-allowed",
                assertThrows(RefusedInput.class, () -> sources.open(neighbour.toString()))
                        .code());
    }

    @Test
    void a_link_out_of_the_allowed_folder_is_refused() throws IOException {
        Path link = Files.createSymbolicLink(model.resolveSibling("link"), elsewhere);
        Sources sources = Sources.folders(List.of(model.getParent()));
        assertEquals(
                "source.not-allowed",
                assertThrows(RefusedInput.class, () -> sources.open(link.toString()))
                        .code());
    }

    @Test
    void an_allowed_folder_may_itself_be_a_link() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("models"), model.getParent());
        Sources sources = Sources.folders(List.of(link));
        assertEquals(
                1,
                sources.open(link.resolve(model.getFileName()).toString())
                        .list()
                        .size());
        assertEquals(1, sources.open(model.toString()).list().size());
    }

    @Test
    void a_hub_opens_what_is_named_on_it_and_without_one_nothing_is() throws IOException {
        FileSet onHub = Sources.anyFolder().open(model.toString());
        Sources sources = Sources.folders(List.of()).withHub(location -> {
            assertEquals("hf://org/name@main", location);
            return onHub;
        });
        assertEquals(onHub.location(), sources.open("hf://org/name@main").location());
        RefusedInput refusal = assertThrows(
                RefusedInput.class, () -> Sources.folders(List.of(model)).open("hf://org/name"));
        assertEquals("source.not-allowed", refusal.code());
    }

    @Test
    void a_bucket_that_is_not_registered_is_refused() {
        RefusedInput refusal =
                assertThrows(RefusedInput.class, () -> Sources.anyFolder().open("s3://other/base"));
        assertEquals("source.not-allowed", refusal.code());
        assertTrue(refusal.getMessage().contains("allowed: any folder"), refusal.getMessage());
    }

    @Test
    void a_registered_bucket_shows_what_is_under_the_prefix() throws IOException {
        MemoryStore bucket = new MemoryStore();
        bucket.createOnce("team/base/config.json", new byte[] {1});
        FileSet files = Sources.anyFolder().withBucket("bucket", bucket).open("s3://bucket/team/base");
        assertEquals(
                List.of("config.json"),
                files.list().stream().map(FileInfo::name).toList());
    }

    @Test
    void a_missing_folder_is_refused_by_name() {
        RefusedInput refusal = assertThrows(
                RefusedInput.class,
                () -> Sources.anyFolder().open(temp.resolve("gone").toString()));
        assertEquals("source.missing", refusal.code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "http://host/x",
                "file://host/x",
                "file:x",
                "file:///a b",
                "file:///a?b",
                "file:///a%00b",
                "s3://",
                "s3:///x",
                "s3://UPPER/x",
                "s3://user@bucket/x",
                "a\nb"
            })
    void a_location_of_another_form_is_refused(String location) {
        Sources sources = Sources.anyFolder().withBucket("bucket", new MemoryStore());
        assertEquals(
                "source.location",
                assertThrows(RefusedInput.class, () -> sources.open(location)).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://bucket//x", "s3://bucket/../x", "s3://bucket/a//", "s3://bucket/a%2Fb"})
    void a_prefix_that_could_lead_elsewhere_is_refused(String location) {
        Sources sources = Sources.anyFolder().withBucket("bucket", new MemoryStore());
        assertEquals(
                "source.name",
                assertThrows(RefusedInput.class, () -> sources.open(location)).code());
    }
}
