package dev.ingot.checkpoint.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    private static final String A = "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}";

    @Test
    void aLayoutReadsBackAsItWasLaidOut() throws IOException {
        SafetensorsLayout layout = SafetensorsLayout.of(List.of(
                new TensorSpec("b.weight", DType.F16, Shape.of(3, 5)),
                new TensorSpec("a \"quoted\" ü", DType.F32, Shape.of()),
                new TensorSpec("empty", DType.BF16, Shape.of(0, 7))));
        byte[] file = Arrays.copyOf(layout.header(), (int) layout.fileSize());

        SafetensorsFile read = read(file);

        assertEquals(Map.of("format", "pt"), read.metadata());
        assertEquals(
                List.copyOf(layout.entries()).stream()
                        .map(TensorEntry::name)
                        .sorted()
                        .toList(),
                read.tensors().stream().map(TensorEntry::name).sorted().toList());
        assertTrue(read.tensors().containsAll(layout.entries()));
        assertEquals(0, layout.header().length % 8);
        assertEquals(layout.header().length + 30 + 4, layout.fileSize());
    }

    static Stream<Arguments> malformed() {
        String f32 = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
        return Stream.of(
                header(
                        "hole at the start",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                        6,
                        "coverage"),
                header(
                        "hole in the middle",
                        "{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[5,6]}}",
                        6,
                        "coverage"),
                header(
                        "overlap",
                        "{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                        6,
                        "coverage"),
                header(
                        "the same range twice",
                        "{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "coverage"),
                header("trailing bytes", "{" + A + "}", 5, "coverage"),
                header("short file", "{" + A + "}", 3, "coverage"),
                header("data without tensors", "{}", 1, "coverage"),
                header("duplicate name", "{" + A + "," + A + "}", 4, "header"),
                header("duplicate metadata", "{\"__metadata__\":{},\"__metadata__\":{}," + A + "}", 4, "header"),
                header("duplicate metadata key", "{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"}," + A + "}", 4, "header"),
                header(
                        "duplicate dtype",
                        "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "header"),
                header("metadata number", "{\"__metadata__\":{\"x\":1}," + A + "}", 4, "metadata"),
                header("metadata null", "{\"__metadata__\":null," + A + "}", 4, "metadata"),
                header("leading space", " {" + A + "}", 4, "header"),
                header("array", "[]", 0, "header"),
                header("trailing text", "{" + A + "}x", 4, "header"),
                header("trailing line feed", "{" + A + "}\n", 4, "header"),
                header("comment", "{/* */" + A + "}", 4, "header"),
                header("unterminated", "{" + A, 4, "header"),
                header(
                        "unknown member",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"x\":1}}",
                        4,
                        "entry"),
                header("entry as array", "{\"a\":[\"U8\",[4],[0,4]]}", 4, "entry"),
                header("no shape", "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,4]}}", 4, "entry"),
                header(
                        "three offsets",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4,4]}}",
                        4,
                        "entry"),
                header("negative size", "{\"a\":{\"dtype\":\"U8\",\"shape\":[-4],\"data_offsets\":[0,4]}}", 4, "entry"),
                header("fraction", "{\"a\":{\"dtype\":\"U8\",\"shape\":[4.0],\"data_offsets\":[0,4]}}", 4, "entry"),
                header("exponent", "{\"a\":{\"dtype\":\"U8\",\"shape\":[4e0],\"data_offsets\":[0,4]}}", 4, "entry"),
                header(
                        "huge number",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
                        4,
                        "header"),
                header(
                        "overflow",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
                        4,
                        "shape"),
                header(
                        "overflow after zero",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0,1099511627776,1099511627776],\"data_offsets\":[0,0]}}",
                        0,
                        "shape"),
                header(
                        "bits overflow",
                        "{\"a\":{\"dtype\":\"F64\",\"shape\":[1152921504606846976],\"data_offsets\":[0,4]}}",
                        4,
                        "shape"),
                header("half a byte", "{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2, "shape"),
                header("wrong length", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "length"),
                header(
                        "end before begin",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]}}",
                        4,
                        "length"),
                header("unknown dtype", "{\"a\":{\"dtype\":\"F31\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "dtype"),
                header(
                        "lower-case dtype",
                        "{\"a\":{\"dtype\":\"u8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "dtype"),
                header("empty name", "{\"\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "name"),
                header(
                        "NUL in a name",
                        "{\"a\\u0000\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "name"),
                header(
                        "lone surrogate",
                        "{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "header"),
                header(
                        "a name of 1025 letters",
                        "{\"" + "a".repeat(1025) + "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "name"),
                header("no dtype", "{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "entry"),
                header("no offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}", 4, "entry"),
                header("one offset", "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4]}}", 4, "entry"),
                header(
                        "offsets as texts",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[\"0\",\"4\"]}}",
                        4,
                        "entry"),
                header(
                        "negative offset",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[-4,0]}}",
                        4,
                        "entry"),
                header(
                        "negative zero",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[-0,4]}}",
                        4,
                        "entry"),
                header("leading zero", "{\"a\":{\"dtype\":\"U8\",\"shape\":[04],\"data_offsets\":[0,4]}}", 4, "header"),
                header("dtype null", "{\"a\":{\"dtype\":null,\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "dtype"),
                header("entry null", "{\"a\":null}", 0, "entry"),
                header("nested shape", "{\"a\":{\"dtype\":\"U8\",\"shape\":[[4]],\"data_offsets\":[0,4]}}", 4, "entry"),
                header("deep nesting", "{\"a\":" + "{\"b\":".repeat(1000) + "1" + "}".repeat(1000) + "}", 0, "entry"),
                header("trailing tab", "{" + A + "}\t", 4, "header"),
                header("two headers", "{" + A + "}{" + A + "}", 4, "header"),
                header("a comma at the end", "{" + A + ",}", 4, "header"),
                header("NaN", "{\"a\":{\"dtype\":\"U8\",\"shape\":[NaN],\"data_offsets\":[0,4]}}", 4, "entry"),
                header(
                        "overflow before zero",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1099511627776,1099511627776,0],\"data_offsets\":[0,0]}}",
                        0,
                        "shape"),
                header(
                        "seventeen dimensions",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + "1,".repeat(16) + "4],\"data_offsets\":[0,4]}}",
                        4,
                        "shape"),
                header(
                        "offset near the end of 64 bits",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[9223372036854775803,9223372036854775807]}}",
                        4,
                        "coverage"),
                header(
                        "a tensor of all of 64 bits",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807],\"data_offsets\":[0,9223372036854775807]}}",
                        4,
                        "shape"),
                header("tensors that are too long together", endless(), 4, "coverage"),
                header(
                        "duplicate shape",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "header"),
                header(
                        "duplicate offsets",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"data_offsets\":[0,4]}}",
                        4,
                        "header"),
                header(
                        "duplicate name, once escaped",
                        "{" + A + ",\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
                        8,
                        "header"),
                header("metadata as array", "{\"__metadata__\":[]," + A + "}", 4, "metadata"),
                header("no header but a tensor's text", "\"a\"", 0, "header"),
                header("a byte order mark", "\ufeff{" + A + "}", 4, "header"),
                Arguments.of("no length", new byte[] {1, 2, 3}, "truncated"),
                Arguments.of("empty", new byte[0], "truncated"),
                Arguments.of("no header", withLength(0, "", 0), "header-length"),
                Arguments.of("header longer than the file", withLength(1000, "{" + f32 + "}", 4), "truncated"),
                Arguments.of("header beyond the cap", withLength(100_000_001, "{" + f32 + "}", 4), "header-length"),
                Arguments.of(
                        "pointer of Git LFS",
                        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n"
                                .getBytes(StandardCharsets.UTF_8),
                        "lfs-pointer"),
                Arguments.of("negative header", withLength(-1, "{" + f32 + "}", 4), "header-length"),
                Arguments.of("trailing NUL", withLength(-2, "{" + A + "}\0", 4), "header"));
    }

    /** Eight tensors without a gap, each as long as one may be, which end beyond 64 bits where the data begins behind a header. */
    private static String endless() {
        long bytes = Long.MAX_VALUE / Byte.SIZE;
        return IntStream.range(0, Byte.SIZE)
                .mapToObj(i -> "\"%d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}"
                        .formatted(i, bytes, i * bytes, (i + 1) * bytes))
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** What the format allows although it may surprise: reading it is no leniency. */
    static Stream<Arguments> sound() {
        return Stream.of(
                header("a scalar", "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, "1"),
                header("no elements", "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[0,0]}}", 0, "1"),
                header("metadata only", "{\"__metadata__\":{\"a\":\"b\"}}", 0, "0"),
                header("nothing", "{}", 0, "0"),
                header("spaces behind the header", "{" + A + "}   ", 4, "1"),
                header("four bits, twice", "{\"a\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[0,2]}}", 2, "1"),
                header(
                        "six bits, four times",
                        "{\"a\":{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[0,3]}}",
                        3,
                        "1"),
                header(
                        "an escaped name",
                        "{\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                        4,
                        "1"),
                header(
                        "four bytes at an odd offset, listed in another order than they lie in",
                        "{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]},"
                                + "\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}",
                        5,
                        "2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sound")
    void whatTheFormatAllowsIsRead(String what, byte[] file, String tensors) throws IOException {
        assertEquals(tensors, Integer.toString(read(file).tensors().size()), what);
    }

    @Test
    void aHeaderOfMoreTensorsThanAnyModelHasIsRefused() {
        int count = HeaderParser.MAX_TENSORS + 1;
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(Integer.toString(i, 36))
                    .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        byte[] file = bytes(json.append('}').toString(), 0);
        assertEquals(
                "safetensors.too-many-tensors",
                assertThrows(RefusedInput.class, () -> read(file)).code());
    }

    /** A length that the file does not have is refused before anything is taken for it. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 1L << 32, 100_000_001, 100_000_000})
    void aHeaderThatClaimsMuchTakesNoMemory(long claimed) {
        byte[] file = withLength(claimed, "{" + A + "}", 4);
        assertThrows(RefusedInput.class, () -> read(file));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThrows(RefusedInput.class, () -> read(file));
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < 1 << 20, () -> taken + " bytes were taken");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformedFilesAreRefusedWithTheirCode(String what, byte[] file, String code) {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> read(file), what);

        assertEquals("safetensors." + code, refused.code());
    }

    @Test
    void badUtf8IsRefused() {
        byte[] file = bytes("{" + A.replace("\"a\"", "\"?\"") + "}", 4);
        file[8 + 2] = (byte) 0xff;

        assertThrows(RefusedInput.class, () -> read(file));
    }

    @Test
    void mutatedFilesAreReadOrRefusedNeverAnythingElse() throws IOException {
        byte[] sound = bytes("{\"__metadata__\":{\"format\":\"pt\"}," + A + "}", 4);
        Random random = new Random(20_261_122);
        for (int round = 0; round < 20_000; round++) {
            byte[] file = sound.clone();
            for (int change = 0; change <= random.nextInt(3); change++) {
                file[random.nextInt(file.length)] = (byte) random.nextInt(256);
            }
            readOrRefuse(file);
        }
    }

    private static void readOrRefuse(byte[] file) throws IOException {
        try {
            read(file).tensors().forEach(tensor -> assertTrue(tensor.offset() + tensor.length() <= file.length));
        } catch (RefusedInput expected) {
            assertTrue(expected.code().startsWith("safetensors."), expected.code());
        }
    }

    private static Arguments header(String what, String json, int dataBytes, String code) {
        return Arguments.of(what, bytes(json, dataBytes), code);
    }

    private static byte[] bytes(String json, int dataBytes) {
        return withLength(-2, json, dataBytes);
    }

    /** @param length of the header as the file claims it; -2 for the true one */
    private static byte[] withLength(long length, String json, int dataBytes) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length == -2 ? text.length : length)
                .put(text)
                .array();
    }

    private static SafetensorsFile read(byte[] file) throws IOException {
        try (RangedFile opened =
                MemoryFiles.of("x.safetensors", file).open("x.safetensors").orElseThrow()) {
            return SafetensorsFile.read(opened);
        }
    }
}
