package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.codec.Documents;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"base", "base/out", "base/a/b", "link", "link/out", "other/../base/out"})
    void aFolderInsideOfWhatTheRunReadsIsRefused(String out) throws IOException {
        Path base = Files.createDirectories(dir.resolve("base"));
        Files.createSymbolicLink(dir.resolve("link"), base);
        OutFolder folder = new OutFolder(dir.resolve(out), "r1");
        RefusedInput refused = assertThrows(RefusedInput.class, () -> folder.requireApart("base", base));
        assertEquals("out.in-base", refused.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"base-merged", "out", "a/base"})
    void aFolderBesideItIsNot(String out) throws IOException {
        Path base = Files.createDirectories(dir.resolve("base"));
        new OutFolder(dir.resolve(out), "r1").requireApart("base", base);
        assertEquals(List.of("base"), names(dir));
    }

    @Test
    void aFileIsRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "mine");
        assertEquals("out.not-a-folder", refusal(new OutFolder(file, "r1")));
    }

    @Test
    void aLinkToNowhereIsCalledWhatItIs() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("gone"));
        RefusedInput refused = assertThrows(RefusedInput.class, new OutFolder(link, "r1")::check);
        assertEquals("out.not-a-folder", refused.code());
        assertTrue(refused.getMessage().contains("is a link to gone, where nothing is"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {".DS_Store", "Thumbs.db", "desktop.ini"})
    void whatAFileManagerDroppedIsPassedOverAndKept(String name) throws IOException {
        Files.writeString(dir.resolve(name), "icons");
        OutFolder folder = new OutFolder(dir, "r1");
        folder.check();
        folder.take();
        folder.deliver(Map.of("config.json", Files.writeString(folder.own().resolve("c"), "{}")));
        assertEquals(Stream.of(name, "config.json").sorted().toList(), names(dir));
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
        folder.close();
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aDiscardedRunKeepsAFolderThatWasThereBefore() throws IOException {
        Path out = Files.createDirectory(dir.resolve("out"));
        OutFolder folder = new OutFolder(out, "r1");
        folder.take();
        folder.close();
        assertTrue(Files.isDirectory(out));
        assertEquals(List.of(), names(out));
    }

    private static final String KILLED = "20260101-000000-00ff";

    /** Leaves what a run leaves that is killed when {@code model.safetensors} had moved up and config.json had not. */
    private void killHalfWay() throws IOException {
        Path own = Files.createDirectories(dir.resolve(".ingot-" + KILLED));
        Path weights = Files.writeString(own.resolve("w"), "weights");
        Path config = Files.writeString(own.resolve("c"), "{}");
        new MovingUp(dir, own)
                .run(
                        List.of("sub/model.safetensors", "config.json"),
                        Map.of("sub/model.safetensors", weights, "config.json", config),
                        List.of());
        Files.delete(dir.resolve("config.json"));
    }

    @Test
    void whatAKilledRunLeftIsRemovedHalfDeliveredFilesIncluded() throws IOException {
        killHalfWay();
        OutFolder folder = new OutFolder(dir, "new");
        folder.take();
        assertEquals(List.of(".ingot-lock", ".ingot-new"), names(dir));
        folder.close();
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aFileInTheNameOfAHalfDeliveredOneIsNotRemoved() throws IOException {
        killHalfWay();
        Files.writeString(dir.resolve("config.json"), "the user's");
        assertEquals("out.not-empty", refusal(new OutFolder(dir, "new")));
        assertEquals(List.of(".ingot-" + KILLED, "config.json", "sub"), names(dir));
    }

    @Test
    void aFolderThatOnlyLooksLikeIngotsIsNotRemoved() throws IOException {
        Files.createDirectory(dir.resolve(".ingot-notes"));
        assertEquals("out.not-empty", refusal(new OutFolder(dir, "new")));
    }

    private void rejectedReport() throws IOException {
        Files.write(dir.resolve("report.json"), Documents.write(Reports.rejected()));
        Files.writeString(
                dir.resolve("report.html"), "run " + Reports.rejected().run());
    }

    @Test
    void theReportOfARejectedRunMakesWayWhenTheNextOneDelivers() throws IOException {
        rejectedReport();
        OutFolder folder = new OutFolder(dir, "new");
        folder.take();
        assertTrue(Files.exists(dir.resolve("report.json")));
        folder.deliver(Map.of("report.json", Files.writeString(folder.own().resolve("r"), "new")));
        assertEquals(List.of("report.json"), names(dir));
        assertEquals("new", Files.readString(dir.resolve("report.json")));
    }

    @Test
    void theReportOfARejectedRunStaysWhenTheNextOneFails() throws IOException {
        rejectedReport();
        OutFolder folder = new OutFolder(dir, "new");
        folder.take();
        Path report = Files.writeString(folder.own().resolve("r"), "new");
        Map<String, Path> files = new LinkedHashMap<>(Map.of("report.json", report));
        files.put("config.json", dir.resolve("missing"));
        assertThrows(IOException.class, () -> folder.deliver(files));
        folder.close();
        assertEquals(List.of("report.html", "report.json"), names(dir));
        assertArrayEquals(Documents.write(Reports.rejected()), Files.readAllBytes(dir.resolve("report.json")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"report.html", "report.json"})
    void aReportOfSomeoneElseIsLeftAlone(String name) throws IOException {
        Files.writeString(dir.resolve(name), "{\"tests\": 12}");
        assertEquals("out.not-empty", refusal(new OutFolder(dir, "new")));
        assertEquals(List.of(name), names(dir));
    }

    @Test
    void whatTheUserPutThereWhileTheRunWorkedIsLeftAlone() throws IOException {
        OutFolder folder = new OutFolder(dir, "r1");
        folder.take();
        Files.writeString(dir.resolve("README.md"), "mine");
        Files.writeString(dir.resolve("report.json"), "mine too");
        Map<String, Path> files =
                Map.of("README.md", Files.writeString(folder.own().resolve("card"), "card"));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> folder.deliver(files));
        assertEquals("out.not-empty", refused.code());
        folder.close();
        assertEquals(List.of("README.md", "report.json"), names(dir));
        assertEquals("mine", Files.readString(dir.resolve("README.md")));
    }

    @Test
    void onlyWhatWasMovedIsTakenBack() throws IOException {
        Path own = Files.createDirectory(dir.resolve("own"));
        Files.writeString(dir.resolve("b"), "the user's");
        Map<String, Path> files =
                Map.of("a/a", Files.writeString(own.resolve("a"), "a"), "b", Files.writeString(own.resolve("b"), "b"));
        assertThrows(
                FileAlreadyExistsException.class,
                () -> new MovingUp(dir, own).run(List.of("a/a", "b"), files, List.of()));
        assertEquals(List.of("b", "own"), names(dir));
        assertEquals("the user's", Files.readString(dir.resolve("b")));
    }

    @Test
    void twoRunsNeverHaveTheSameFolder() throws IOException {
        OutFolder first = new OutFolder(dir, "r1");
        OutFolder second = new OutFolder(dir, "r2");
        first.check();
        second.check();
        first.take();
        assertEquals(
                "out.in-use", assertThrows(RefusedInput.class, second::take).code());
        second.close();
        assertEquals("out.in-use", refusal(new OutFolder(dir, "r3")));
        first.deliver(Map.of("config.json", Files.writeString(first.own().resolve("c"), "{}")));
        assertEquals(List.of("config.json"), names(dir));
    }

    @Test
    void aFailedDeliveryTakesBackWhatHadMovedUp() throws IOException {
        OutFolder folder = new OutFolder(dir, "r1");
        folder.take();
        Path weights = Files.writeString(folder.own().resolve("w"), "weights");
        Map<String, Path> files =
                Map.of("a.safetensors", weights, "config.json", folder.own().resolve("missing"));
        assertThrows(IOException.class, () -> folder.deliver(files));
        folder.close();
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
