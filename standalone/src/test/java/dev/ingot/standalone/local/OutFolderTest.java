package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutFolderTest {
    @TempDir
    Path dir;

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String refusal(OutFolder folder) {
        return assertThrows(RefusedInput.class, folder::check).code();
    }

    @Test
    void checkingChangesNothing() throws IOException {
        new OutFolder(dir.resolve("a/b"), "r1").check();
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aFolderWithAnythingInItIsRefused() throws IOException {
        Files.writeString(dir.resolve("thesis.txt"), "mine");
        assertEquals("out.not-empty", refusal(new OutFolder(dir, "r1")));
        assertEquals(List.of("thesis.txt"), names(dir));
    }

    @Test
    void aFileIsRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "mine");
        assertEquals("out.not-a-folder", refusal(new OutFolder(file, "r1")));
    }

    @Test
    void filesMoveUpAndNothingElseIsLeft() throws IOException {
        Path out = dir.resolve("with space/model");
        OutFolder folder = new OutFolder(out, "r1");
        folder.take();
        Path weights = Files.writeString(folder.own().resolve("w"), "weights");
        Path config = Files.writeString(folder.own().resolve("c"), "{}");
        folder.deliver(Map.of("config.json", config, "sub/model.safetensors", weights));
        assertEquals(List.of("config.json", "sub"), names(out));
        assertEquals("weights", Files.readString(out.resolve("sub/model.safetensors")));
    }

    @Test
    void aDiscardedRunLeavesNotEvenTheFoldersThatItMade() throws IOException {
        OutFolder folder = new OutFolder(dir.resolve("a/b/c"), "r1");
        folder.take();
        folder.discard();
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aDiscardedRunKeepsAFolderThatWasThereBefore() throws IOException {
        Path out = Files.createDirectory(dir.resolve("out"));
        OutFolder folder = new OutFolder(out, "r1");
        folder.take();
        folder.discard();
        assertTrue(Files.isDirectory(out));
        assertEquals(List.of(), names(out));
    }

    @Test
    void whatAKilledRunLeftIsRemovedHalfDeliveredFilesIncluded() throws IOException {
        Path left = Files.createDirectories(dir.resolve(".ingot-old/data"));
        Files.writeString(left.resolve("shard"), "half");
        Files.writeString(dir.resolve(".ingot-old/delivering"), "model.safetensors\nconfig.json\n");
        Files.writeString(dir.resolve("model.safetensors"), "moved up before the kill");
        OutFolder folder = new OutFolder(dir, "new");
        folder.take();
        assertEquals(List.of(".ingot-new"), names(dir));
        folder.discard();
    }

    @Test
    void theReportOfARejectedRunMakesWay() throws IOException {
        Files.writeString(dir.resolve("report.html"), "no");
        Files.writeString(dir.resolve("report.json"), "{}");
        OutFolder folder = new OutFolder(dir, "new");
        folder.take();
        assertEquals(List.of(".ingot-new"), names(dir));
        folder.discard();
    }

    @Test
    void aFailedDeliveryTakesBackWhatHadMovedUp() throws IOException {
        OutFolder folder = new OutFolder(dir, "r1");
        folder.take();
        Path weights = Files.writeString(folder.own().resolve("w"), "weights");
        Map<String, Path> files =
                Map.of("a.safetensors", weights, "config.json", folder.own().resolve("missing"));
        assertThrows(IOException.class, () -> folder.deliver(files));
        folder.discard();
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aFileNameThatLeavesTheFolderIsNeverWritten() throws IOException {
        Path out = dir.resolve("out");
        OutFolder folder = new OutFolder(out, "r1");
        folder.take();
        Path file = Files.writeString(folder.own().resolve("x"), "x");
        assertThrows(IllegalArgumentException.class, () -> folder.deliver(Map.of("../escaped", file)));
        assertTrue(Files.exists(file));
        assertFalse(Files.exists(dir.resolve("escaped")));
    }
}
