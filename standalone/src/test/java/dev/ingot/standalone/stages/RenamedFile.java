package dev.ingot.standalone.stages;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A safetensors file with the same tensors under other names. */
final class RenamedFile {
    private RenamedFile() {}

    /** Copies the folder of a model or adapter; every name in {@code file} becomes what {@code names} makes of it. */
    static Path copy(Path from, String file, Path to, UnaryOperator<String> names) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                Files.copy(each, to.resolve(each.getFileName()));
            }
        }
        byte[] bytes = Files.readAllBytes(from.resolve(file));
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonObject header = Json.parseObject(Arrays.copyOfRange(bytes, 8, 8 + length), file);
        Map<String, JsonValue> renamed = new LinkedHashMap<>();
        header.members()
                .forEach((name, entry) -> renamed.put(name.equals("__metadata__") ? name : names.apply(name), entry));
        byte[] text = Json.write(new JsonObject(renamed)).strip().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out =
                ByteBuffer.allocate(8 + text.length + bytes.length - 8 - length).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(text.length).put(text).put(bytes, 8 + length, bytes.length - 8 - length);
        Files.write(to.resolve(file), out.array());
        return to;
    }
}
