package dev.ingot.pipeline.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FolderFilesTest {
    @TempDir
    Path temp;

    private Path root;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectories(temp.toRealPath().resolve("my model"));
    }

    @Test
    void files_of_the_folder_and_one_level_below_are_listed_by_name() throws IOException {
        write(
                "model.safetensors",
                "config.json",
                "onnx/model.onnx",
                "a/b/too-deep",
                ".gitattributes",
                ".cache/x",
                "a/.x");
        assertEquals(List.of("config.json", "model.safetensors", "onnx/model.onnx"), names());
    }

    @Test
    void a_listed_file_opens_with_the_same_facts() throws IOException {
        Files.write(root.resolve("x"), new byte[] {1, 2, 3});
        FolderFiles files = FolderFiles.of(root);
        FileInfo listed = files.list().getFirst();
        try (RangedFile file = files.open("x").orElseThrow()) {
            assertEquals(listed, file.info());
            ByteBuffer into = ByteBuffer.allocate(2);
            file.read(1, into);
            assertArrayEquals(new byte[] {2, 3}, into.array());
        }
    }

    @Test
    void what_is_not_listed_does_not_open() throws IOException {
        write("a/b/too-deep", ".hidden", "file");
        FolderFiles files = FolderFiles.of(root);
        for (String name : List.of("nothing", "a", "a/b/too-deep", ".hidden", "file/below")) {
            assertEquals(Optional.empty(), files.open(name), name);
        }
    }

    @Test
    void the_index_of_a_distributed_checkpoint_opens_though_it_is_hidden() throws IOException {
        write(".metadata", "a/.metadata", "a/x.metadata");
        FolderFiles files = FolderFiles.of(root);
        for (String name : List.of(".metadata", "a/.metadata", "a/x.metadata")) {
            assertTrue(files.open(name).isPresent(), name);
        }
        assertEquals(Optional.empty(), files.open(".a/.metadata"));
    }

    @Test
    void the_identity_changes_with_the_time_of_modification() throws IOException {
        write("x");
        String before = FolderFiles.of(root).list().getFirst().identity();
        Files.setLastModifiedTime(root.resolve("x"), FileTime.fromMillis(1));
        assertNotEquals(before, FolderFiles.of(root).list().getFirst().identity());
    }

    @Test
    void a_link_inside_the_folder_is_followed() throws IOException {
        write("real");
        Files.createSymbolicLink(root.resolve("link"), Path.of("real"));
        assertEquals(List.of("link", "real"), names());
        assertTrue(FolderFiles.of(root).open("link").isPresent());
    }

    @Test
    void a_link_out_of_the_folder_is_refused() throws IOException {
        Files.writeString(temp.resolve("secret"), "s");
        Files.createSymbolicLink(root.resolve("tokenizer.json"), temp.resolve("secret"));
        FolderFiles files = FolderFiles.of(root);
        assertEquals(
                "source.link-outside",
                assertThrows(RefusedInput.class, files::list).code());
        assertEquals(
                "source.link-outside",
                assertThrows(RefusedInput.class, () -> files.open("tokenizer.json"))
                        .code());
    }

    @Test
    void a_folder_that_links_out_is_refused_too() throws IOException {
        Files.createDirectories(temp.resolve("elsewhere"));
        Files.writeString(temp.resolve("elsewhere/x"), "s");
        Files.createSymbolicLink(root.resolve("sub"), temp.resolve("elsewhere"));
        FolderFiles files = FolderFiles.of(root);
        assertEquals(
                "source.link-outside",
                assertThrows(RefusedInput.class, () -> files.open("sub/x")).code());
    }

    @Test
    void a_link_to_nowhere_is_refused_by_name() throws IOException {
        Files.createSymbolicLink(root.resolve("model.safetensors"), Path.of("gone"));
        FolderFiles files = FolderFiles.of(root);
        RefusedInput refusal = assertThrows(RefusedInput.class, () -> files.open("model.safetensors"));
        assertEquals("source.link-broken", refusal.code());
        assertTrue(refusal.getMessage().contains("'model.safetensors'"));
    }

    @Test
    void a_snapshot_in_a_hub_cache_may_link_into_its_repository() throws IOException {
        Path snapshot = cachedSnapshot("models--org--name");
        assertEquals(
                List.of("model.safetensors"),
                FolderFiles.of(snapshot).list().stream().map(FileInfo::name).toList());
    }

    @Test
    void a_folder_inside_a_snapshot_may_too() throws IOException {
        Path snapshot = cachedSnapshot("models--org--name");
        Path inside = Files.createDirectories(snapshot.resolve("style"));
        Path blob =
                Files.writeString(snapshot.getParent().resolveSibling("blobs").resolve("inside"), "x");
        Files.createSymbolicLink(inside.resolve("adapter_model.safetensors"), inside.relativize(blob));
        assertEquals(
                List.of("adapter_model.safetensors"),
                FolderFiles.of(inside).list().stream().map(FileInfo::name).toList());
    }

    @Test
    void a_snapshot_may_not_link_into_another_repository() throws IOException {
        Path snapshot = cachedSnapshot("models--org--name");
        Files.createDirectories(temp.resolve("hub/models--org--other/blobs"));
        Files.writeString(temp.resolve("hub/models--org--other/blobs/def"), "x");
        Files.createSymbolicLink(snapshot.resolve("x"), Path.of("../../../models--org--other/blobs/def"));
        FolderFiles files = FolderFiles.of(snapshot);
        assertEquals(
                "source.link-outside",
                assertThrows(RefusedInput.class, files::list).code());
    }

    @Test
    void a_folder_that_only_resembles_a_cache_has_no_such_right() throws IOException {
        FolderFiles files = FolderFiles.of(cachedSnapshot("name"));
        assertEquals(
                "source.link-outside",
                assertThrows(RefusedInput.class, files::list).code());
    }

    @Test
    void a_pipe_is_no_file() throws Exception {
        Process process = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
        assertEquals(0, process.waitFor());
        assertEquals(List.of(), names());
        assertEquals(Optional.empty(), FolderFiles.of(root).open("pipe"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/passwd", "../x", "a/../../x", "a//b", "./x", "a\\b", "a\nb", "a%2Fb", "x\0"})
    void a_name_that_an_index_should_not_hold_is_refused(String name) throws IOException {
        FolderFiles files = FolderFiles.of(root);
        assertEquals(
                "source.name",
                assertThrows(RefusedInput.class, () -> files.open(name)).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%5cb", "a%2eb", "a%00b", "..", "a/..", "a/", "x\u0085y", "a\u007fb"})
    void what_a_second_parser_could_read_otherwise_is_refused(String name) throws IOException {
        FolderFiles files = FolderFiles.of(root);
        assertEquals(
                "source.name",
                assertThrows(RefusedInput.class, () -> files.open(name)).code());
    }

    /** In bytes of UTF-8, of one segment. */
    @ParameterizedTest
    @CsvSource({"a, 255, true", "a, 256, false", "\u00e9, 127, true", "\u00e9, 128, false"})
    void a_segment_has_at_most_255_bytes(String letter, int count, boolean isName) {
        String name = "folder/" + letter.repeat(count);
        if (isName) {
            assertEquals(name, SourceNames.require("here", name));
        } else {
            assertEquals(
                    "source.name",
                    assertThrows(RefusedInput.class, () -> SourceNames.require("here", name))
                            .code());
        }
    }

    /** Composed and decomposed, the Kelvin sign, a ligature, a sharp s: one file on some file system or to some reader. */
    @ParameterizedTest
    @CsvSource({"\u00e9.bin, e\u0301.bin", "\u212a.bin, k.bin", "\ufb01.bin, fi.bin", "stra\u00dfe, STRASSE", "A/x, a/x"})
    void names_that_could_be_taken_for_one_another_are_refused(String one, String other) {
        assertEquals(
                "source.name-collision",
                assertThrows(RefusedInput.class, () -> SourceNames.requireDistinct("here", List.of(one, other)))
                        .code());
    }

    @Test
    void names_that_differ_in_case_only_are_refused() throws IOException {
        write("README.md", "readme.md");
        assertEquals(
                "source.name-collision",
                assertThrows(RefusedInput.class, this::names).code());
    }

    @Test
    void a_file_is_no_folder() throws IOException {
        write("x");
        assertThrows(NotDirectoryException.class, () -> FolderFiles.of(root.resolve("x")));
    }

    private Path cachedSnapshot(String repository) throws IOException {
        Path blobs = Files.createDirectories(temp.toRealPath().resolve("hub/" + repository + "/blobs"));
        Path snapshot = Files.createDirectories(blobs.resolveSibling("snapshots/0123abc"));
        Files.writeString(blobs.resolve("abc"), "weights");
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/abc"));
        return snapshot;
    }

    private void write(String... names) throws IOException {
        for (String name : names) {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
    }

    private List<String> names() throws IOException {
        return FolderFiles.of(root).list().stream().map(FileInfo::name).toList();
    }
}
