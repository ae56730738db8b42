package dev.ingot.validate;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small tensors in memory, and their file. */
final class Tensors {
    private final Map<String, Values> tensors = new LinkedHashMap<>();

    /** Values before rounding to {@code dtype}. */
    record Values(DType dtype, Shape shape, float[] floats) {}

    Tensors put(String name, DType dtype, Shape shape, float[] floats) {
        tensors.put(name, new Values(dtype, shape, floats));
        return this;
    }

    Values get(String name) {
        return tensors.get(name);
    }

    void remove(String name) {
        tensors.remove(name);
    }

    Map<String, Values> all() {
        return tensors;
    }

    void write(Path file) throws IOException {
        List<TensorSpec> specs = tensors.entrySet().stream()
                .map(each -> new TensorSpec(
                        each.getKey(), each.getValue().dtype(), each.getValue().shape()))
                .toList();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(SafetensorsLayout.of(specs).header());
        for (Values values : tensors.values()) {
            out.write(bytes(values));
        }
        Files.write(file, out.toByteArray());
    }

    private static byte[] bytes(Values values) {
        ByteBuffer bytes = ByteBuffer.allocate(
                        values.floats().length * values.dtype().bits() / 8)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values.floats()) {
            int bits = Rounding.bits(values.dtype(), value);
            if (values.dtype() == DType.F32) {
                bytes.putInt(bits);
            } else {
                bytes.putShort((short) bits);
            }
        }
        return bytes.array();
    }
}
