package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both commands on the bundled demo's base with other scales in one tensor: headers say nothing of it, the bytes do. */
@Timeout(120)
class DamagedScalesTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();
    private static final String TENSOR = "model.layers.1.mlp.up_proj.weight";

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    /** Ten million times the scale takes elements past what the recorded float16 holds. */
    @ParameterizedTest
    @CsvSource({
        "dequantize, NaN, base.non-finite",
        "merge, NaN, base.non-finite",
        "dequantize, -Infinity, base.non-finite",
        "merge, Infinity, base.non-finite",
        "dequantize, 1e7, base.float16-overflow",
        "merge, 1e7, base.float16-overflow"
    })
    void areRefusedByNameAndLeaveNothing(String command, float factor, String code) throws IOException {
        Path base = copyOfBase();
        multiplyScales(base, factor);
        Path out = dir.resolve("out");
        Stream<String> arguments = Stream.of(command, "--base", base.toString(), "--out", out.toString());
        Stream<String> adapter = command.equals("merge")
                ? Stream.of("--adapter", DEMO.resolve("jargon-lora").toString())
                : Stream.of();
        int exit = MainAccess.run(
                recorded.terminal(), Stream.concat(arguments, adapter).toArray(String[]::new));
        assertEquals(3, exit, recorded.err());
        assertTrue(recorded.err().contains("refused  " + code + ": "), recorded.err());
        assertTrue(recorded.err().contains(TENSOR), recorded.err());
        assertTrue(!code.endsWith("overflow") || recorded.err().contains("take the base in bfloat16"), recorded.err());
        assertFalse(Files.exists(out));
    }

    private void multiplyScales(Path base, float factor) throws IOException {
        Path weights = base.resolve("model.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        TensorEntry scales = TensorCatalog.ofModel(
                        Sources.anyFolder().open(base.toUri().toString()))
                .tensors()
                .get(TENSOR + ".nested_absmax")
                .entry();
        for (int at = 0; at < scales.length(); at += Float.BYTES) {
            int position = (int) scales.offset() + at;
            bytes.putFloat(position, factor * bytes.getFloat(position));
        }
        Files.write(weights, bytes.array());
    }

    private Path copyOfBase() throws IOException {
        Path base = Files.createDirectory(dir.resolve("base"));
        List<Path> files;
        try (Stream<Path> listed = Files.list(DEMO.resolve("base-nf4"))) {
            files = listed.toList();
        }
        for (Path file : files) {
            Files.write(base.resolve(file.getFileName()), Files.readAllBytes(file));
        }
        return base;
    }
}
