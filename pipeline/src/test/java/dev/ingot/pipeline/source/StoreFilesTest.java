package dev.ingot.pipeline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectReader;
import dev.ingot.pipeline.store.memory.MemoryStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreFilesTest {
    private final MemoryStore store = new MemoryStore();
    private final StoreFiles files = new StoreFiles(store, "models/base/", "s3://bucket/models/base/");

    @Test
    void objects_under_the_prefix_are_files_named_without_it() throws IOException {
        store.createOnce("models/base/config.json", new byte[] {1});
        store.createOnce("models/base/onnx/model.onnx", new byte[] {1, 2});
        store.createOnce("models/base/a/b/too-deep", new byte[] {1});
        store.createOnce("models/base/.hidden", new byte[] {1});
        store.createOnce("models/base-2/config.json", new byte[] {1});
        List<FileInfo> found = files.list();
        assertEquals(
                List.of("config.json", "onnx/model.onnx"),
                found.stream().map(FileInfo::name).toList());
        assertEquals(2, found.get(1).size());
        try (RangedFile file = files.open("onnx/model.onnx").orElseThrow()) {
            assertEquals(found.get(1), file.info());
        }
        assertEquals(Optional.empty(), files.open("a/b/too-deep"));
        assertEquals(Optional.empty(), files.open(".hidden"));
        assertEquals(Optional.empty(), files.open("nothing"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/x", "a//b", "a\\b"})
    void a_name_that_an_index_should_not_hold_is_refused(String name) {
        assertEquals(
                "source.name",
                assertThrows(RefusedInput.class, () -> files.open(name)).code());
    }

    @Test
    void a_key_of_somebody_elses_bucket_that_is_no_name_is_refused() {
        assertEquals(
                "source.name",
                assertThrows(RefusedInput.class, () -> bucketWith("p/a\\b").list())
                        .code());
    }

    @Test
    void the_empty_object_that_stands_for_a_folder_is_no_file() throws IOException {
        assertEquals(List.of(), bucketWith("p/").list());
        assertEquals(List.of(), bucketWith("p/onnx/").list());
    }

    private static StoreFiles bucketWith(String key) {
        ObjectReader reader = new ObjectReader() {
            @Override
            public Optional<RangedFile> open(String name) {
                return Optional.empty();
            }

            @Override
            public List<ObjectInfo> list(String prefix) {
                return List.of(new ObjectInfo(key, 0, "etag", Instant.EPOCH));
            }
        };
        return new StoreFiles(reader, "p/", "s3://bucket/p/");
    }
}
