package dev.ingot.pipeline.store.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectStoreContract;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStoreTest extends ObjectStoreContract {
    @TempDir
    Path folder;

    @Override
    protected ObjectStore newStore() throws IOException {
        return FolderStore.durable(folder.resolve("a store"));
    }

    @Override
    protected void assertNothingIsBeingUploaded() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("a store/.uploads"))) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void modes_follow_the_umask() throws IOException {
        FolderStore store = FolderStore.scratch(folder.resolve("modes"));
        store.createOnce("a/created", new byte[] {1});
        try (ObjectUpload upload = store.upload("a/uploaded")) {
            upload.write(ByteBuffer.wrap(new byte[] {1}));
            upload.complete();
        }
        Path file = Files.createFile(folder.resolve("like-any-other"));
        Path directory = Files.createDirectory(folder.resolve("like-any-folder"));
        assertEquals(Files.getPosixFilePermissions(file), Files.getPosixFilePermissions(store.pathOf("a/created")));
        assertEquals(Files.getPosixFilePermissions(file), Files.getPosixFilePermissions(store.pathOf("a/uploaded")));
        assertEquals(
                Files.getPosixFilePermissions(directory),
                Files.getPosixFilePermissions(store.pathOf("a/created").getParent()));
    }

    @Test
    void a_folder_without_objects_is_no_object() throws IOException {
        FolderStore store = FolderStore.scratch(folder);
        Files.createDirectories(folder.resolve("runs/r/done"));
        assertEquals(List.of(), store.list(""));
        assertTrue(store.open("runs/r").isEmpty());
        store.delete("runs/r/done");
        assertTrue(Files.isDirectory(folder.resolve("runs/r/done")));
        assertThrows(IOException.class, () -> store.createOnce("runs/r", new byte[] {1}));
        assertTrue(store.createOnce("runs/r/done/1.json", new byte[] {1}));
    }

    @Test
    void what_a_killed_process_left_behind_goes_after_two_days() throws IOException {
        FolderStore.scratch(folder);
        Path old = Files.createFile(folder.resolve(".uploads/old"));
        Path fresh = Files.createFile(folder.resolve(".uploads/fresh"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(3))));
        FolderStore.scratch(folder);
        assertTrue(Files.notExists(old));
        assertTrue(Files.exists(fresh));
    }

    @Test
    void no_key_reaches_into_the_uploads() throws IOException {
        FolderStore store = FolderStore.scratch(folder);
        assertThrows(IllegalArgumentException.class, () -> store.createOnce(".uploads/x", new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> store.open(".uploads"));
    }

    @Test
    void two_stores_on_one_folder_see_one_another() throws IOException {
        FolderStore first = FolderStore.durable(folder);
        FolderStore second = FolderStore.durable(folder);
        assertTrue(first.createOnce("done/x.json", new byte[] {1}));
        assertTrue(second.open("done/x.json").isPresent());
        assertEquals(false, second.createOnce("done/x.json", new byte[] {2}));
    }
}
