package dev.ingot.checkpoint.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.TestFiles;
import dev.ingot.checkpoint.raw.RawTensors;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of torch.save with one thing wrong. */
class DamagedTorchFilesTest {
    private interface Damage {
        byte[] to(byte[] sound);
    }

    private static byte[] sound(String name) throws IOException {
        return TestFiles.folder("torch").files().get(name);
    }

    private static String code(byte[] content) {
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> RawTensors.ofFile(MemoryFiles.of("x.bin", content), "x.bin"));
        assertTrue(refused.getMessage().contains("x.bin"), refused.getMessage());
        return refused.code();
    }

    /** Replaces every occurrence by text of the same length. */
    private static byte[] replaced(byte[] content, String found, String by) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        if (found.length() != by.length() || !text.contains(found)) {
            throw new IllegalArgumentException(found);
        }
        return text.replace(found, by).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Changes a field of the central record of an entry. */
    private static byte[] directory(byte[] content, String entry, int field, int by) {
        byte[] changed = content.clone();
        ByteBuffer bytes = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(record(content, entry) + field, (short) by);
        return changed;
    }

    private static int record(byte[] content, String entry) {
        return new String(content, StandardCharsets.ISO_8859_1).lastIndexOf(entry) - 46;
    }

    private static byte[] at(byte[] content, int position, int by) {
        byte[] changed = content.clone();
        changed[position] = (byte) by;
        return changed;
    }

    static Stream<Arguments> zips() {
        return Stream.of(
                damage("compressed entry", "zip.compressed", z -> directory(z, "zip/data/3", 10, 8)),
                damage("packed size of a bomb", "zip.compressed", z -> directory(z, "zip/data/3", 20, 3)),
                damage("encrypted entry", "zip.encrypted", z -> directory(z, "zip/data/3", 8, 1)),
                damage(
                        "size beyond the next entry",
                        "zip.overlap",
                        z -> directory(directory(z, "zip/data/3", 24, 9999), "zip/data/3", 20, 9999)),
                damage(
                        "two entries in one place",
                        "zip.overlap",
                        z -> directory(
                                z,
                                "zip/data/3",
                                42,
                                Short.toUnsignedInt(ByteBuffer.wrap(z)
                                        .order(ByteOrder.LITTLE_ENDIAN)
                                        .getShort(record(z, "zip/data/4") + 42)))),
                damage("header elsewhere", "zip.overlap", z -> directory(z, "zip/data/3", 42, 3)),
                damage("path that leads out", "zip.name", z -> replaced(z, "zip/data/3", "zip/../../")),
                damage("path with a dot", "zip.name", z -> replaced(z, "zip/data/3", "zip/data/.")),
                damage("absolute path", "zip.name", z -> replaced(z, "zip/data/3", "/zip/data3")),
                damage("backslash", "zip.name", z -> replaced(z, "zip/data/3", "zip\\data\\3")),
                damage("same name twice", "zip.duplicate-name", z -> replaced(z, "zip/data/3", "zip/data/4")),
                damage("two folders", "zip.layout", z -> replaced(z, "zip/data/3", "zap/data/3")),
                damage(
                        "other local name",
                        "zip.local-header",
                        z -> at(z, new String(z, StandardCharsets.ISO_8859_1).indexOf("zip/data/3") + 9, '9')),
                damage("no pickle", "torch.missing-entry", z -> replaced(z, "zip/data.pkl", "zip/data.pxx")),
                damage("no storage", "torch.missing-entry", z -> replaced(z, "zip/data/3", "zip/dada/3")),
                damage("big-endian", "torch.big-endian", z -> replaced(z, "little", "big   ")),
                damage("more entries than records", "zip.zip64", z -> at(z, z.length - 12, 200)),
                damage("one part of several", "zip.parts", z -> at(z, z.length - 18, 1)),
                damage("comment", "zip.truncated", z -> at(z, z.length - 2, 1)),
                damage("trailing byte", "zip.truncated", z -> Arrays.copyOf(z, z.length + 1)),
                damage("directory elsewhere", "zip.zip64", z -> at(z, z.length - 6, 1)),
                damage(
                        "ZIP64 without record",
                        "zip.zip64",
                        z -> at(at(at(z, z.length - 12, 0xff), z.length - 11, 0xff), z.length - 42, 0)),
                damage("storage of another size", "torch.storage-size", z -> replaced(z, "K#t", "K$t")),
                damage(
                        "shape beyond the storage",
                        "torch.bounds",
                        z -> replaced(z, "K\u0005K\u0007\u0086", "K\u0006K\u0007\u0086")),
                damage(
                        "attack",
                        "pickle.dangerous",
                        z -> replaced(
                                z, "torch FloatStorage".replace(' ', '\n'), "os\npopenxxxxxxxxxxx".substring(0, 18))),
                damage(
                        "unknown function",
                        "torch.tensor",
                        z -> replaced(z, "_rebuild_tensor_v2", "_rewrite_tensor_v2")),
                damage(
                        "unknown kind of tensor",
                        "torch.tensor",
                        z -> replaced(z, "_rebuild_tensor_v2", "_rebuild_tensor_v9")),
                damage(
                        "persistent id of another kind",
                        "torch.storage",
                        z -> replaced(z, "\u0007\u0000\u0000\u0000storage", "\u0007\u0000\u0000\u0000stirage")),
                damage("unknown storage", "torch.dtype", z -> replaced(z, "FloatStorage", "FlootStorage")),
                damage("unknown dtype", "torch.dtype", z -> replaced(z, "float8_e4m3fn", "float8_e4m3zz")),
                damage("program", "torch.torchscript", z -> replaced(z, "zip/data/10", "zip/code/10")));
    }

    private static Arguments damage(String what, String code, Damage damage) {
        return Arguments.of(what, code, damage);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("zips")
    void aDamagedZipIsRefusedWithItsCode(String what, String code, Damage damage) throws IOException {
        assertEquals(code, code(damage.to(sound("zip.bin"))), what);
    }

    /** What the ZIP64 record claims, which the end record leaves to it. */
    private static byte[] claiming(byte[] content, int inEnd, int width, int inLarge, long claim) {
        byte[] changed = content.clone();
        ByteBuffer bytes = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        int end = content.length - 22;
        for (int i = 0; i < width; i++) {
            bytes.put(end + inEnd + i, (byte) 0xff);
        }
        bytes.putLong(end - 20 - 56 + inLarge, claim);
        return changed;
    }

    static Stream<Arguments> bombs() {
        return Stream.of(
                damage("a million and one entries", "zip.too-large", z -> claiming(z, 10, 2, 32, 1_000_001)),
                damage("entries without number", "zip.too-large", z -> claiming(z, 10, 2, 32, -1)),
                damage(
                        "a directory of 128 MB and a byte",
                        "zip.too-large",
                        z -> claiming(z, 12, 4, 40, (128 << 20) + 1)),
                damage("a directory of an exabyte", "zip.too-large", z -> claiming(z, 12, 4, 40, 1L << 60)),
                damage(
                        "a directory that the file does not have",
                        "zip.directory",
                        z -> claiming(z, 12, 4, 40, 64 << 20)),
                damage("packed size of a bomb", "zip.compressed", z -> directory(z, "zip/data/3", 20, 3)));
    }

    /** Refused before anything is taken for what it claims. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void aZipThatClaimsMuchTakesNoMemory(String what, String code, Damage damage) throws IOException {
        byte[] bomb = damage.to(sound("zip.bin"));
        assertEquals(code, code(bomb), what);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertEquals(code, code(bomb), what);
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < 1 << 20, () -> taken + " bytes were taken");
    }

    static Stream<Arguments> legacies() {
        return Stream.of(
                damage(
                        "other machine",
                        "torch.big-endian",
                        l -> replaced(l, "little_endianq\u0002\u0088", "little_endianq\u0002\u0089")),
                damage("other protocol", "torch.legacy-protocol", l -> replaced(l, "M\u00e9\u0003.", "M\u00e8\u0003.")),
                damage("trailing byte", "torch.trailing", l -> Arrays.copyOf(l, l.length + 1)),
                damage("short storage", "torch.storage-size", l -> Arrays.copyOf(l, l.length - 1)),
                damage(
                        "shape beyond the storage",
                        "torch.bounds",
                        l -> replaced(l, "K\u0005K\u0007\u0086", "K\u0006K\u0007\u0086")),
                damage("no format", "torch.unknown-format", l -> at(l, 4, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("legacies")
    void aDamagedLegacyFileIsRefusedWithItsCode(String what, String code, Damage damage) throws IOException {
        assertEquals(code, code(damage.to(sound("legacy.bin"))), what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.bin", "legacy.bin", "zip-protocol-4.bin", "lightning.ckpt"})
    void aFileCutAnywhereIsRefused(String name) throws IOException {
        byte[] whole = sound(name);
        for (int length = 0; length < whole.length; length += length < 4000 ? 1 : 7) {
            assertTrue(code(Arrays.copyOf(whole, length)).matches("(zip|torch|pickle)\\..*"), "cut at " + length);
        }
    }

    @Test
    void aTarArchiveIsRefusedByName() {
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        assertEquals("torch.tar", code(tar));
    }
}
