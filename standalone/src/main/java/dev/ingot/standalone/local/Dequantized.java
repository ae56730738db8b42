package dev.ingot.standalone.local;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Summary;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.validate.LoadLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A base in 16 bit as it was delivered, and how the command says so.
 *
 * @param files of the checkpoint, by name
 */
record Dequantized(Plan plan, Map<String, ObjectRef> files) {
    /** {@code NF4, double quantization → bfloat16, written as float16}: what is done to the base. */
    static String work(Plan plan) {
        Set<String> schemes = RunDisplay.quantized(plan);
        boolean converted = plan.outputs().stream()
                .anyMatch(tensor -> tensor.dtype() != tensor.value().dtype());
        String dtypes = String.join(" and ", names(plan));
        if (schemes.isEmpty()) {
            return "converted to " + dtypes;
        }
        return String.join("; ", schemes) + (converted ? ", written as " + dtypes : "");
    }

    /** Dtypes of the floating-point tensors, those of most bytes first. */
    private static List<String> names(Plan plan) {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        for (OutputTensor tensor : plan.outputs()) {
            if (tensor.dtype().isMergeable()) {
                bytes.merge(tensor.dtype(), tensor.bytes(), Long::sum);
            }
        }
        return bytes.entrySet().stream()
                .sorted(Map.Entry.<DType, Long>comparingByValue().reversed())
                .map(entry -> entry.getKey().torchName())
                .toList();
    }

    /** The last lines: on stdout, or on stderr where stdout is for a document. */
    void print(Terminal terminal, Path out, double seconds, boolean document) {
        Consumer<String> lines = document ? terminal::say : terminal::result;
        OptionalLong peak = PeakMemory.bytes();
        String memory = peak.isPresent()
                ? ", " + String.format(Locale.ROOT, "%.2f GB", peak.getAsLong() / 1e9) + " of memory"
                : "";
        terminal.say("");
        Summary.head(head(out), Amounts.seconds(seconds) + memory).forEach(lines);
        Summary.labeled("what", plan.base().sentence()).forEach(lines);
        Summary.labeled("dtype", dtypes()).forEach(lines);
        Summary.labeled("tied", plan.tying().reason()).forEach(lines);
        plan.notes().forEach(note -> Summary.labeled("to know", note).forEach(lines));
        // code, which a line break would change
        lines.accept("  load it      " + load(out));
    }

    private String head(Path out) {
        List<ObjectRef> weights = weights();
        return LocalRequest.folderName(out) + ": "
                + Amounts.bytes(weights.stream().mapToLong(ObjectRef::size).sum()) + " in "
                + Amounts.count(weights.size(), "shard");
    }

    private List<ObjectRef> weights() {
        return files.entrySet().stream()
                .filter(file -> file.getKey().endsWith(".safetensors"))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** {@code bfloat16 (146 tensors), float32 (12 tensors)}. */
    private String dtypes() {
        Map<DType, Long> counts = counts();
        return counts.entrySet().stream()
                .sorted(Map.Entry.<DType, Long>comparingByValue().reversed())
                .map(entry -> entry.getKey().torchName() + " (" + Amounts.count(entry.getValue(), "tensor") + ")")
                .collect(Collectors.joining(", "));
    }

    private Map<DType, Long> counts() {
        return plan.outputs().stream()
                .collect(Collectors.groupingBy(
                        OutputTensor::dtype, () -> new EnumMap<>(DType.class), Collectors.counting()));
    }

    private String load(Path out) {
        return LoadLines.load(plan.architecture(), out.toString());
    }

    /** One JSON document: what came of it and what it cost. */
    String json(Path out, double seconds) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("verdict", new JsonText("delivered"));
        members.put("exit", JsonNumber.of(ExitCode.DELIVERED.code()));
        members.put("out", new JsonText(out.toAbsolutePath().normalize().toString()));
        members.put("seconds", new JsonNumber(String.format(Locale.ROOT, "%.3f", seconds)));
        PeakMemory.bytes().ifPresent(bytes -> members.put("peakMemoryBytes", JsonNumber.of(bytes)));
        members.put("base", new JsonText(plan.base().sentence()));
        members.put("work", new JsonText(work(plan)));
        Map<String, JsonValue> tensors = new LinkedHashMap<>();
        counts().forEach((dtype, count) -> tensors.put(dtype.torchName(), JsonNumber.of(count)));
        members.put("tensors", new JsonObject(tensors));
        List<JsonValue> listed = new ArrayList<>();
        files.forEach((name, object) -> listed.add(file(name, object)));
        members.put("files", new JsonArray(listed));
        members.put("tied", new JsonText(plan.tying().reason()));
        members.put("notes", new JsonArray(texts(plan.notes())));
        members.put("load", new JsonArray(texts(List.of(load(out)))));
        return Json.write(new JsonObject(members));
    }

    private static JsonObject file(String name, ObjectRef object) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("path", new JsonText(name));
        members.put("size", JsonNumber.of(object.size()));
        members.put(
                "digest",
                new JsonText(
                        object.sha256().isEmpty()
                                ? "crc32c:" + HexFormat.of().toHexDigits(object.crc32c())
                                : "sha256:" + object.sha256()));
        return new JsonObject(members);
    }

    private static List<JsonValue> texts(List<String> texts) {
        return texts.stream().<JsonValue>map(JsonText::new).toList();
    }
}
