package dev.ingot.checkpoint.safetensors;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a safetensors file is going to look before any tensor is at hand.
 *
 * @param header length field and JSON, padded with spaces so that the data starts on a multiple of 8
 * @param entries with their offsets from the start of the file, in the order asked for
 */
public record SafetensorsLayout(byte[] header, List<TensorEntry> entries) {
    private static final JsonValue PT_METADATA = new JsonObject(Map.of("format", new JsonText("pt")));

    public SafetensorsLayout {
        entries = List.copyOf(entries);
    }

    /** Lays tensors out back to back in the order given. Names are distinct. */
    public static SafetensorsLayout of(List<TensorSpec> tensors) {
        Map<String, JsonValue> json = new LinkedHashMap<>();
        json.put("__metadata__", PT_METADATA);
        long at = 0;
        for (TensorSpec tensor : tensors) {
            if (json.put(tensor.name(), entry(tensor, at)) != null) {
                throw new IllegalArgumentException("two tensors are named " + tensor.name());
            }
            at = Math.addExact(at, tensor.bytes());
        }
        byte[] header = header(new JsonObject(json));
        return new SafetensorsLayout(header, entries(tensors, header.length));
    }

    /** Size of the whole file in bytes. */
    public long fileSize() {
        return entries.isEmpty()
                ? header.length
                : entries.getLast().offset() + entries.getLast().length();
    }

    private static JsonObject entry(TensorSpec tensor, long begin) {
        Map<String, JsonValue> entry = new LinkedHashMap<>();
        entry.put("dtype", new JsonText(tensor.dtype().name()));
        entry.put(
                "shape",
                new JsonArray(tensor.shape().dims().stream()
                        .<JsonValue>map(JsonNumber::of)
                        .toList()));
        entry.put("data_offsets", new JsonArray(List.of(JsonNumber.of(begin), JsonNumber.of(begin + tensor.bytes()))));
        return new JsonObject(entry);
    }

    private static byte[] header(JsonObject json) {
        byte[] text = Json.writeCompact(json).getBytes(StandardCharsets.UTF_8);
        int padded = (text.length + 7) / 8 * 8;
        ByteBuffer out = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(padded).put(text);
        while (out.hasRemaining()) {
            out.put((byte) ' ');
        }
        return out.array();
    }

    private static List<TensorEntry> entries(List<TensorSpec> tensors, long dataStart) {
        List<TensorEntry> entries = new ArrayList<>(tensors.size());
        long at = dataStart;
        for (TensorSpec tensor : tensors) {
            entries.add(new TensorEntry(tensor.name(), tensor.dtype(), tensor.shape(), at, tensor.bytes()));
            at += tensor.bytes();
        }
        return entries;
    }
}
