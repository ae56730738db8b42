package dev.ingot.validate.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge's own reading of quantized checkpoints, bit for bit against what the quantizers' tools make of them (conformance/fixtures/quantized.py). */
class QuantizedWeightsTest {
    private static final Path FOLDER = Path.of("..", "checkpoint", "src", "test", "resources", "quantized");

    static List<String> folders() throws IOException {
        return expected().members().keySet().stream()
                .filter(name -> !name.startsWith("loading-"))
                .toList();
    }

    private static JsonObject expected() throws IOException {
        return Json.parseObject(Files.readAllBytes(FOLDER.resolve("expected.json")), "expected.json")
                .object("variants")
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyTensorIsWhatTheToolsMakeOfIt(String name) throws Exception {
        JsonObject tensors = variant(name).object("tensors").orElseThrow();
        try (CheckpointWeights weights = open(name)) {
            assertEquals(tensors.members().keySet(), weights.names());
            for (String tensor : weights.names()) {
                JsonObject wanted = tensors.object(tensor).orElseThrow();
                DType dtype =
                        DType.ofTorchName(wanted.text("dtype").orElseThrow()).orElseThrow();
                assertEquals(dtype, weights.dtype(tensor), tensor);
                assertEquals(
                        wanted.array("shape").orElseThrow().wholes().orElseThrow(),
                        weights.shape(tensor).orElseThrow().dims(),
                        tensor);
                assertEquals(
                        wanted.text(dtype.torchName()).orElse("not finite"),
                        digest(dtype, floats(weights, tensor, Integer.MAX_VALUE)),
                        tensor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void stretchesAreThoseOfTheWhole(String name) throws IOException {
        try (CheckpointWeights weights = open(name)) {
            for (String tensor : weights.names()) {
                assertArrayEquals(
                        floats(weights, tensor, Integer.MAX_VALUE), floats(weights, tensor, 37), name + " " + tensor);
            }
        }
    }

    private static JsonObject variant(String name) throws IOException {
        return expected().object(name).orElseThrow();
    }

    private static CheckpointWeights open(String name) throws IOException {
        boolean swapped = variant(name).bool("swapNibbles").orElseThrow();
        return CheckpointWeights.ofModel(FolderFiles.of(FOLDER.resolve(name)), swapped);
    }

    private static float[] floats(CheckpointWeights weights, String tensor, int step) throws IOException {
        float[] all = new float[(int) weights.shape(tensor).orElseThrow().elements()];
        for (int first = 0; first < all.length; first += Math.min(step, all.length)) {
            int count = Math.min(step, all.length - first);
            float[] some = new float[count];
            weights.floats(tensor, first, some, count);
            System.arraycopy(some, 0, all, first, count);
        }
        return all;
    }

    private static String digest(DType dtype, float[] values) throws NoSuchAlgorithmException {
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            int bits = Rounding.bits(dtype, value);
            if (dtype == DType.F32) {
                bytes.putInt(bits);
            } else {
                bytes.putShort((short) bits);
            }
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.array());
        return HexFormat.of().formatHex(Arrays.copyOf(digest, 16));
    }
}
