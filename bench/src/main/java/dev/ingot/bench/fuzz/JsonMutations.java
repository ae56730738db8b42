package dev.ingot.bench.fuzz;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.safetensors.ShardIndex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** config.json, adapter_config.json and the index: broken, of other types, and lying. */
final class JsonMutations {
    private static final String CONFIG = "config.json";
    private static final String MAP = "weight_map";

    private JsonMutations() {}

    static List<Mutator> all() {
        return Stream.of(ofConfigs(), ofIndex()).flatMap(List::stream).toList();
    }

    /** Those of config.json and adapter_config.json. */
    static List<Mutator> ofConfigs() {
        return List.of(
                JsonMutations::truncated,
                JsonMutations::nested,
                JsonMutations::retyped,
                JsonMutations::removed,
                JsonMutations::method,
                JsonMutations::quantizationConfig,
                JsonMutations::rank);
    }

    /** Those of the index of shards. */
    static List<Mutator> ofIndex() {
        return List.of(JsonMutations::indexElsewhere, JsonMutations::indexUnknownTensor, JsonMutations::indexRetyped);
    }

    /** config.json or adapter_config.json; generation_config.json is carried along unread. */
    private static Optional<Target> config(Subject subject, RandomGenerator random) {
        return Target.any(subject, CONFIG, random)
                .filter(target -> !target.file().startsWith("generation"));
    }

    private static Optional<Mutation> truncated(Subject subject, RandomGenerator random) {
        return config(subject, random).flatMap(target -> {
            byte[] content = target.content();
            return target.replaced(
                    "json.truncated", Expectation.REFUSED, Arrays.copyOf(content, random.nextInt(content.length - 2)));
        });
    }

    private static Optional<Mutation> nested(Subject subject, RandomGenerator random) {
        return config(subject, random).flatMap(target -> {
            String text = new String(target.content(), StandardCharsets.UTF_8);
            int depth = 100 + random.nextInt(20_000);
            String deep = text.replaceFirst("\\{", "{\"deep\":" + "[".repeat(depth) + "]".repeat(depth) + ",");
            return target.replaced("json.nested", Expectation.REFUSED, deep.getBytes(StandardCharsets.UTF_8));
        });
    }

    private static Optional<Mutation> retyped(Subject subject, RandomGenerator random) {
        return edited(subject, random, "json.retyped", (object, path) -> object.with(path, value(random)));
    }

    private static Optional<Mutation> removed(Subject subject, RandomGenerator random) {
        return edited(subject, random, "json.removed", JsonObject::without);
    }

    /** Changes the member at a path. */
    @FunctionalInterface
    private interface Edit {
        JsonObject apply(JsonObject object, List<String> path);
    }

    private static Optional<Mutation> edited(Subject subject, RandomGenerator random, String kind, Edit edit) {
        return config(subject, random).flatMap(target -> {
            JsonObject config = Json.parseObject(target.content(), target.file());
            JsonObject changed = edit.apply(config, path(config, random));
            return target.replaced(kind, Expectation.EITHER, bytes(changed));
        });
    }

    /** A random member, of an inner object as often as of the outer one. */
    private static List<String> path(JsonObject object, RandomGenerator random) {
        List<String> path = new ArrayList<>();
        JsonObject at = object;
        while (!at.members().isEmpty()) {
            List<String> names = List.copyOf(at.members().keySet());
            String name = names.get(random.nextInt(names.size()));
            path.add(name);
            Optional<JsonObject> inner = at.object(name);
            if (inner.isEmpty() || random.nextInt(4) == 0) {
                break;
            }
            at = inner.get();
        }
        return path.isEmpty() ? List.of("added") : path;
    }

    private static JsonValue value(RandomGenerator random) {
        List<JsonValue> values = List.of(
                new JsonNull(),
                new JsonBool(random.nextBoolean()),
                JsonNumber.of(random.nextLong()),
                JsonNumber.of(random.nextInt(5) - 2),
                new JsonNumber("1e400"),
                new JsonNumber("0.5"),
                new JsonText(""),
                new JsonText("../../etc/passwd"),
                new JsonText("(a+)+$"),
                new JsonText("x".repeat(5000)),
                new JsonArray(List.of()),
                new JsonArray(List.of(new JsonNull(), JsonNumber.of(-1), new JsonText("a"))),
                JsonObject.empty());
        return values.get(random.nextInt(values.size()));
    }

    private static Optional<Mutation> method(Subject subject, RandomGenerator random) {
        JsonObject config = Json.parseObject(subject.base().get(CONFIG), CONFIG);
        String[] methods = {"gptq", "awq", "compressed-tensors", "hqq", "torchao", "gguf", "novelty", ""};
        JsonObject changed = config.with(
                List.of("quantization_config", "quant_method"), new JsonText(methods[random.nextInt(methods.length)]));
        return Optional.of(
                new Mutation("json.quant-method", Expectation.REFUSED, subject.with(false, CONFIG, bytes(changed))));
    }

    private static Optional<Mutation> indexElsewhere(Subject subject, RandomGenerator random) {
        return index(subject, random, "index.elsewhere", (map, name) -> {
            String there = map.text(name).orElseThrow();
            List<String> places = new ArrayList<>(List.of(
                    "missing.safetensors",
                    "../" + there,
                    "/etc/passwd",
                    "config.json",
                    "",
                    ".",
                    there + "/",
                    "a/" + there));
            subject.base().keySet().stream()
                    .filter(file -> file.endsWith(Target.SAFETENSORS) && !file.equals(there))
                    .forEach(places::add);
            return map.with(List.of(name), new JsonText(places.get(random.nextInt(places.size()))));
        });
    }

    private static Optional<Mutation> indexUnknownTensor(Subject subject, RandomGenerator random) {
        return index(
                subject,
                random,
                "index.unknown-tensor",
                (map, name) -> map.with(List.of(name + ".more"), map.get(name).orElseThrow()));
    }

    private static Optional<Mutation> indexRetyped(Subject subject, RandomGenerator random) {
        return index(
                subject,
                random,
                "index.retyped",
                (map, name) -> map.with(List.of(name), random.nextBoolean() ? new JsonNull() : JsonNumber.of(1)));
    }

    /** Changes one member of a weight_map. */
    @FunctionalInterface
    private interface MapEdit {
        JsonObject apply(JsonObject map, String name);
    }

    private static Optional<Mutation> index(Subject subject, RandomGenerator random, String kind, MapEdit edit) {
        byte[] content = subject.base().get(ShardIndex.FILE);
        if (content == null) {
            return Optional.empty();
        }
        JsonObject index = Json.parseObject(content, ShardIndex.FILE);
        JsonObject map = index.object(MAP).orElseThrow();
        List<String> names = List.copyOf(map.members().keySet());
        JsonObject changed = edit.apply(map, names.get(random.nextInt(names.size())));
        return Optional.of(new Mutation(
                kind,
                Expectation.REFUSED,
                subject.with(false, ShardIndex.FILE, bytes(index.with(List.of(MAP), changed)))));
    }

    private static Optional<Mutation> quantizationConfig(Subject subject, RandomGenerator random) {
        String text = subject.quantizationConfig();
        if (text == null) {
            return Optional.empty();
        }
        JsonObject config = Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "quantization.json");
        List<String> path = path(config, random);
        JsonObject changed = random.nextBoolean() ? config.without(path) : config.with(path, value(random));
        return Optional.of(new Mutation(
                "json.quantization-config",
                Expectation.EITHER,
                subject.withQuantizationConfig(Json.writeCompact(changed))));
    }

    /** Another rank than the factors have; a pattern may cover every module, so that the rank itself is never used. */
    private static Optional<Mutation> rank(Subject subject, RandomGenerator random) {
        byte[] content = subject.adapter().get("adapter_config.json");
        if (content == null) {
            return Optional.empty();
        }
        JsonObject config = Json.parseObject(content, "adapter_config.json");
        long r = config.integer("r").orElseThrow();
        long[] lies = {r + 1, r * 2, 1, 0, -r, Long.MAX_VALUE};
        boolean patterned = config.object("rank_pattern")
                .filter(pattern -> !pattern.members().isEmpty())
                .isPresent();
        JsonObject changed = config.with(List.of("r"), JsonNumber.of(lies[random.nextInt(lies.length)]));
        return Optional.of(new Mutation(
                "json.rank",
                patterned ? Expectation.EITHER : Expectation.REFUSED,
                subject.with(true, "adapter_config.json", bytes(changed))));
    }

    private static byte[] bytes(JsonObject object) {
        return Json.write(object).getBytes(StandardCharsets.UTF_8);
    }
}
