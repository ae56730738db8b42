package dev.ingot.bench.fuzz;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A safetensors file taken apart, so that its header can be made to say anything. */
final class EditableFile {
    final List<Tensor> tensors = new ArrayList<>();

    /** JSON text of {@code __metadata__}; empty for none. */
    String metadata = "{\"format\":\"pt\"}";

    /** What stands between the header's last brace and the data. */
    String padding = "";

    /** One tensor: what the header says, and the bytes, which need not agree. */
    static final class Tensor {
        String name;
        String dtype;
        List<Long> shape;
        byte[] data;

        /** Added to both offsets that the header gives, and to the end. */
        long shift;

        long stretch;

        Tensor(String name, String dtype, List<Long> shape, byte[] data) {
            this.name = name;
            this.dtype = dtype;
            this.shape = new ArrayList<>(shape);
            this.data = data;
        }

        Tensor copy() {
            return new Tensor(name, dtype, shape, data.clone());
        }
    }

    static EditableFile read(byte[] content) {
        EditableFile file = new EditableFile();
        try (var opened =
                new MemoryFolder("", Map.of("file", content)).open("file").orElseThrow()) {
            for (TensorEntry entry : SafetensorsFile.read(opened).tensors()) {
                int from = Math.toIntExact(entry.offset());
                file.tensors.add(new Tensor(
                        entry.name(),
                        entry.dtype().name(),
                        entry.shape().dims(),
                        Arrays.copyOfRange(content, from, Math.toIntExact(from + entry.length()))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    Tensor named(String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    byte[] bytes() {
        return bytes(tensors);
    }

    /** The file, with the header's entries in the order given; the data stays where it is. */
    byte[] bytes(List<Tensor> headerOrder) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        Map<Tensor, Integer> begins =
                tensors.stream().collect(Collectors.toMap(tensor -> tensor, tensor -> append(data, tensor)));
        List<String> members = new ArrayList<>();
        if (!metadata.isEmpty()) {
            members.add("\"__metadata__\":" + metadata);
        }
        headerOrder.forEach(tensor -> members.add(entry(tensor, begins.get(tensor))));
        String header = "{" + String.join(",", members) + "}" + padding;
        return join(header.getBytes(StandardCharsets.UTF_8), data.toByteArray());
    }

    private static int append(ByteArrayOutputStream data, Tensor tensor) {
        int begin = data.size();
        data.writeBytes(tensor.data);
        return begin;
    }

    private static String entry(Tensor tensor, int begin) {
        long from = begin + tensor.shift;
        return "%s:{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(
                        Json.writeCompact(new JsonText(tensor.name)),
                        tensor.dtype,
                        tensor.shape.toString().replace(" ", ""),
                        from,
                        from + tensor.data.length + tensor.stretch);
    }

    /** Length field, header, data. */
    static byte[] join(byte[] header, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data)
                .array();
    }
}
