package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.checkpoint.torch.StridedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one rank saved of a torch.distributed.checkpoint with {@code SerializationFormat.SAFETENSORS}: a file of safetensors with a tensor for each of its
 * chunks, whose metadata says where each begins in the whole.
 *
 * @param entries by the name under which they are stored
 * @param offsets in the whole tensor, by the same names
 */
record SafetensorsShard(FileInfo file, Map<String, TensorEntry> entries, Map<String, List<Long>> offsets) {
    private static final String WHERE = "DCP_SHARDING_INFO";
    private static final int ZIP = 0x04034b50;
    private static final int PROBE = 9;

    SafetensorsShard {
        entries = Map.copyOf(entries);
        offsets = Map.copyOf(offsets);
    }

    /** Empty where the file does not begin as one of safetensors; RefusedInput {@code safetensors.*} or {@code dcp.*} where it does and is none. */
    static Optional<SafetensorsShard> read(RangedFile file) throws IOException {
        ByteBuffer head =
                ByteBuffer.allocate((int) Math.min(PROBE, file.info().size())).order(ByteOrder.LITTLE_ENDIAN);
        file.read(0, head);
        head.flip();
        if (head.limit() < PROBE || head.getInt(0) == ZIP || head.get(PROBE - 1) != '{') {
            return Optional.empty();
        }
        SafetensorsFile saved = SafetensorsFile.read(file);
        String where = saved.metadata().get(WHERE);
        if (where == null) {
            throw DistributedMetadata.refuse(
                    file.info(), "chunks", "is of safetensors, but its metadata has no " + WHERE);
        }
        Map<String, TensorEntry> entries = new HashMap<>();
        saved.tensors().forEach(entry -> entries.put(entry.name(), entry));
        return Optional.of(new SafetensorsShard(file.info(), entries, offsets(file.info(), where)));
    }

    private static Map<String, List<Long>> offsets(FileInfo file, String where) {
        JsonObject json = Json.parseObject(where.getBytes(StandardCharsets.UTF_8), WHERE + " of " + file.name());
        Map<String, List<Long>> offsets = new HashMap<>();
        for (String name : json.members().keySet()) {
            offsets.put(
                    name,
                    json.object(name)
                            .flatMap(info -> info.array("saved_offsets"))
                            .flatMap(SafetensorsShard::wholes)
                            .orElseThrow(() -> DistributedMetadata.refuse(
                                    file, "chunks", "does not say where its part of " + name + " begins")));
        }
        return offsets;
    }

    private static Optional<List<Long>> wholes(JsonArray array) {
        List<Long> wholes = new ArrayList<>();
        for (var value : array.values()) {
            if (!(value instanceof JsonNumber number) || !number.text().matches("\\d{1,18}")) {
                return Optional.empty();
            }
            wholes.add(Long.parseLong(number.text()));
        }
        return Optional.of(wholes);
    }

    /** The chunk of a tensor; RefusedInput {@code dcp.chunks} where the file has none that begins there. */
    StridedTensor chunk(String name, List<Long> begin) {
        TensorEntry entry = entries.get(name);
        if (entry == null || !begin.equals(offsets.get(name))) {
            throw DistributedMetadata.refuse(
                    file, "chunks", "holds no part of %s that begins at %s".formatted(name, begin));
        }
        return new StridedTensor(
                entry.dtype(), entry.shape(), rowMajor(entry.shape().dims()), file.name(), entry.offset());
    }

    private static List<Long> rowMajor(List<Long> dims) {
        List<Long> strides = new ArrayList<>();
        long stride = 1;
        for (long dim : dims.reversed()) {
            strides.addFirst(stride);
            stride = Math.multiplyExact(stride, Math.max(1, dim));
        }
        return strides;
    }
}
