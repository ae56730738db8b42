package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint in memory, tensor by tensor; a later tensor of the same name takes the place of the earlier one. */
final class TinyFile {
    static final String NF4 = "bf800000 bf3239b1 bf066b30 beca32a0 be91a24d be3d353f bdba7871 00000000 "
            + "3da2faff 3e24cae3 3e7c04dd 3ead033a 3ee1a4b8 3f1007ab 3f3913b3 3f800000";
    static final String FP4 = "00000000 3baaaaab 3f2aaaab 3f800000 3eaaaaab 3f000000 3e2aaaab 3e800000 "
            + "00000000 bbaaaaab bf2aaaab bf800000 beaaaaab bf000000 be2aaaab be800000";

    private final Map<String, TensorSpec> specs = new LinkedHashMap<>();
    private final Map<String, byte[]> contents = new LinkedHashMap<>();
    private String config = "{\"model_type\": \"llama\", \"dtype\": \"bfloat16\"}";

    TinyFile config(String json) {
        config = json;
        return this;
    }

    TinyFile with(String name, DType dtype, long... dims) {
        TensorSpec spec = new TensorSpec(name, dtype, Shape.of(dims));
        specs.put(name, spec);
        contents.put(name, new byte[(int) spec.bytes()]);
        return this;
    }

    TinyFile with(String name, DType dtype, byte[] content, long... dims) {
        with(name, dtype, dims);
        contents.put(name, content);
        return this;
    }

    TinyFile without(String name) {
        specs.remove(name);
        contents.remove(name);
        return this;
    }

    TinyFile text(String name, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return with(name, DType.U8, bytes, bytes.length);
    }

    TinyFile hex(String name, String words) {
        byte[] bytes = words(words);
        return with(name, DType.F32, bytes, bytes.length / Float.BYTES);
    }

    /** A sound 4-bit tensor without double quantization. */
    TinyFile fourBit(String name, String type, DType storage, long... shape) {
        long elements = Shape.of(shape).elements();
        long bytes = Math.ceilDiv(elements, 2L);
        return with(name, storage, bytes * Byte.SIZE / storage.bits(), 1)
                .with(name + ".absmax", DType.F32, Math.ceilDiv(elements, 64L))
                .hex(name + ".quant_map", type.equals("nf4") ? NF4 : FP4)
                .text(name + ".quant_state.bitsandbytes__" + type, state(type, shape));
    }

    /** The same with double quantization. */
    TinyFile doubled(String name, long... shape) {
        long blocks = Math.ceilDiv(Shape.of(shape).elements(), 64L);
        String state = state("nf4", shape)
                .replace("}", ", \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": 0.5}");
        return fourBit(name, "nf4", DType.U8, shape)
                .with(name + ".absmax", DType.U8, blocks)
                .with(name + ".nested_absmax", DType.F32, Math.ceilDiv(blocks, 256L))
                .with(name + ".nested_quant_map", DType.F32, ascending(), 256)
                .text(name + ".quant_state.bitsandbytes__nf4", state);
    }

    static String state(String type, long... shape) {
        return "{\"quant_type\": \"%s\", \"blocksize\": 64, \"dtype\": \"bfloat16\", \"shape\": %s}"
                .formatted(type, Shape.of(shape));
    }

    /** A code map that rises from -1 to 1. */
    static byte[] ascending() {
        ByteBuffer values = ByteBuffer.allocate(256 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 256; i++) {
            values.putFloat((i - 127) / 128f);
        }
        return values.array();
    }

    private static byte[] words(String words) {
        String[] each = words.split(" ");
        ByteBuffer values = ByteBuffer.allocate(each.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (String word : each) {
            values.putInt(Integer.parseUnsignedInt(word, 16));
        }
        return values.array();
    }

    Map<String, QuantizedParameter> find() throws IOException {
        return find(false);
    }

    Map<String, QuantizedParameter> find(boolean lowNibbleFirst) throws IOException {
        MemoryFiles files = MemoryFiles.of("model.safetensors", bytes());
        ModelConfig model = new ModelConfig(Json.parseObject(config.getBytes(StandardCharsets.UTF_8), "config.json"));
        return QuantizedParameters.find(files, TensorCatalog.ofModel(files), model, lowNibbleFirst);
    }

    private byte[] bytes() {
        List<TensorSpec> order = new ArrayList<>(specs.values());
        SafetensorsLayout layout = SafetensorsLayout.of(order);
        ByteBuffer file = ByteBuffer.allocate((int) layout.fileSize());
        file.put(layout.header());
        order.forEach(spec -> file.put(contents.get(spec.name())));
        return file.array();
    }
}
