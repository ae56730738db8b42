package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a training checkpoint's packed copies of the base's weights prove, and what is said where they are not the base's: of what DeepSpeed left of a run in
 * NF4 that was made while loading, as one file of safetensors.
 */
@Timeout(300)
class PackedMirrorsTest {
    private static final Path RESOURCES =
            Path.of("../checkpoint/src/test/resources").toAbsolutePath().normalize();
    private static final Path BASE = RESOURCES.resolve("trained/base");
    private static final String MODEL = "model.safetensors";
    private static final Predicate<String> LINEAR =
            Pattern.compile(".*_proj\\.weight").asMatchPredicate();
    private static final Predicate<String> PACKED =
            Pattern.compile(".*_proj\\.(base_layer\\.)?weight").asMatchPredicate();
    private static final Pattern SHARE =
            Pattern.compile("in ([\\d,]+) of ([\\d,]+) packed values, ([\\d.e-]+) % \\(([^)]*)\\)");

    @TempDir
    Path dir;

    private RecordedTerminal recorded = RecordedTerminal.of(0);

    @BeforeEach
    void aRunInOneFile() throws IOException {
        Path run = Files.createDirectory(dir.resolve("run"));
        Path exported = RESOURCES.resolve("trained/exported/zero-2/adapter_config.json");
        Files.copy(exported, run.resolve("adapter_config.json"));
        Files.copy(RESOURCES.resolve("training/zero-2/expected.safetensors"), run.resolve(MODEL));
        Path base = Files.createDirectory(dir.resolve("base"));
        Files.copy(BASE.resolve("config.json"), base.resolve("config.json"));
        Files.copy(BASE.resolve(MODEL), base.resolve(MODEL));
    }

    @Test
    void allEqualConfirmsTheSettings() throws IOException {
        assertEquals(0, merge("nf4-double"), recorded.err());
        assertTrue(report().contains("7 weights equal the base in nf4-double byte for byte"), report());
    }

    /** The settings are part of what is proved: single and double quantization have the same packed bytes, another code has not. */
    @Test
    void anotherCodeThanTrainingsIsNotTheBase() {
        assertEquals(3, merge("fp4"));
        assertTrue(recorded.err().contains("adapter.mirror-drift"), recorded.err());
        assertTrue(recorded.err().contains("as of unrelated weights"), recorded.err());
    }

    @ParameterizedTest
    @CsvSource({
        "finer,    0.05, 1.5, as of the same weights loaded in another dtype",
        "revision, 1.5,  50,  as of another revision of the base",
        "other,    50,   100, as of unrelated weights",
    })
    void aMismatchIsExplainedByItsSize(String kind, double least, double most, String reading) throws IOException {
        alterBase(kind);
        assertEquals(3, merge("nf4-double"));
        assertTrue(recorded.err().contains("adapter.mirror-drift"), recorded.err());
        Matcher share = SHARE.matcher(recorded.err().replaceAll("\\s+", " "));
        assertTrue(share.find(), recorded.err());
        do {
            double percent = Double.parseDouble(share.group(3));
            assertTrue(least <= percent && percent <= most, share.group());
            assertEquals(reading, share.group(4), share.group());
        } while (share.find());
        assertFalse(Files.exists(dir.resolve("out")));
    }

    /** The base counts, and the report has what was found. */
    @ParameterizedTest
    @ValueSource(strings = {"finer", "revision", "other"})
    void theRequestMayTakeTheBaseNevertheless(String kind) throws IOException {
        alterBase(kind);
        assertEquals(0, merge("nf4-double", "--mirrors", "base"), recorded.err());
        assertTrue(report().contains("differ from the base, which was taken as the request says"), report());
        assertTrue(report().contains("packed values"), report());
    }

    /** Or the checkpoint's own weights: then nothing of the base's linear layers is in the merge. */
    @Test
    void theRequestMayTakeTheCheckpointsOwn() throws IOException {
        assertEquals(0, merge("", "--mirrors", "checkpoint"), recorded.err());
        byte[] fromEqual = Files.readAllBytes(dir.resolve("out").resolve(MODEL));
        Files.move(dir.resolve("out"), dir.resolve("first"));
        alterBase("other");
        assertEquals(0, merge("", "--mirrors", "checkpoint"), recorded.err());
        assertEquals(
                ByteBuffer.wrap(fromEqual),
                ByteBuffer.wrap(Files.readAllBytes(dir.resolve("out").resolve(MODEL))));
        assertTrue(
                report().contains("differ from the base; the checkpoint's were taken, as the request says"), report());
        assertTrue(report().contains("as of unrelated weights"), report());
    }

    /** One byte of one copy: too few for an explanation of all weights, and it is said where. */
    @Test
    void aDamagedCopyIsFoundToTheLastByte() throws IOException {
        AlteredFile.write(
                run(),
                run(),
                name -> name.endsWith("q_proj.base_layer.weight"),
                (tensor, bytes) -> bytes.put(bytes.limit() - 1, (byte) (bytes.get(bytes.limit() - 1) ^ 0x21)));
        assertEquals(3, merge("nf4-double"));
        String said = recorded.err().replaceAll("\\s+", " ");
        assertTrue(said.contains("copies of 1 of "), said);
        assertTrue(said.contains("self_attn.q_proj.weight in 2 of 1,024 packed values"), said);
    }

    @Test
    void aCopyThatWasOverwrittenIsUnrelated() throws IOException {
        AlteredFile.write(run(), run(), PACKED, (tensor, bytes) -> {
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0x77);
            }
        });
        assertEquals(3, merge("nf4-double"));
        assertTrue(recorded.err().contains("7 of "), recorded.err());
        assertTrue(recorded.err().contains("as of unrelated weights"), recorded.err());
    }

    /** Scales that no quantizer writes are found when the weights are to come from the checkpoint. */
    @Test
    void damagedScalesAreNeverMergedOnto() throws IOException {
        AlteredFile.write(
                run(),
                run(),
                name -> name.endsWith("q_proj.base_layer.weight.nested_absmax"),
                (tensor, bytes) -> bytes.putFloat(0, Float.NaN));
        assertEquals(3, merge("", "--mirrors", "checkpoint"));
        assertTrue(recorded.err().contains("q_proj"), recorded.err());
        assertFalse(recorded.err().contains("\tat "), recorded.err());
        assertFalse(Files.exists(dir.resolve("out")));
    }

    private Path run() {
        return dir.resolve("run").resolve(MODEL);
    }

    private void alterBase(String kind) throws IOException {
        Path file = dir.resolve("base").resolve(MODEL);
        Random random = new Random(5);
        switch (kind) {
            case "finer" -> inFloat16(file, random);
            case "revision" -> alter(file, value -> (float) (value * (1 + 0.01 * random.nextGaussian())));
            default -> alter(file, value -> (float) (0.02 * random.nextGaussian()));
        }
    }

    private static void alter(Path file, UnaryOperator<Float> change) throws IOException {
        AlteredFile.write(file, file, LINEAR, (tensor, bytes) -> {
            for (int i = 0; i < bytes.limit(); i += Short.BYTES) {
                float value = change.apply(bfloat16(bytes.getShort(i)));
                bytes.putShort(i, (short) (Float.floatToIntBits(Rounding.to(DType.BF16, value)) >>> Short.SIZE));
            }
        });
    }

    /** As a base is that training rounded to bfloat16 when it loaded it: all values in float16, those of linear layers with more digits than bfloat16 has. */
    private static void inFloat16(Path file, Random random) throws IOException {
        AlteredFile.write(file, file, name -> true, (tensor, bytes) -> {
            for (int i = 0; i < bytes.limit(); i += Short.BYTES) {
                float value = bfloat16(bytes.getShort(i));
                float finer = LINEAR.test(tensor.name()) ? value * (1 + (random.nextFloat() - 0.5f) / 256) : value;
                bytes.putShort(i, Float.floatToFloat16(finer));
            }
        });
        byte[] all = Files.readAllBytes(file);
        int length = Math.toIntExact(
                ByteBuffer.wrap(all).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong());
        String header = new String(all, Long.BYTES, length, StandardCharsets.UTF_8).replace("\"BF16\"", "\"F16\"");
        byte[] padded = header.concat(" ".repeat(length - header.length())).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(padded, 0, all, Long.BYTES, length);
        Files.write(file, all);
        Path config = file.resolveSibling("config.json");
        Files.writeString(config, Files.readString(config).replace("bfloat16", "float16"));
    }

    private static float bfloat16(short bits) {
        return Float.intBitsToFloat(bits << Short.SIZE);
    }

    private int merge(String quantization, String... more) {
        recorded = RecordedTerminal.of(0);
        List<String> words = new ArrayList<>(List.of(
                "merge",
                "--base",
                dir.resolve("base").toString(),
                "--adapter",
                dir.resolve("run").toString(),
                "--out",
                dir.resolve("out").toString()));
        if (!quantization.isEmpty()) {
            words.addAll(List.of("--quantization-config", quantization));
        }
        words.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), words.toArray(String[]::new));
    }

    private String report() throws IOException {
        return Files.readString(dir.resolve("out/report.json"));
    }
}
