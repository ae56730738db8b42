package dev.ingot.bench.fuzz;

import dev.ingot.bench.fuzz.EditableFile.Tensor;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A quant_state that lies. What it says of sizes has to fit the tensors beside it; what it says of nested scales may be undetectable. */
final class StateMutations {
    private StateMutations() {}

    /** Makes other JSON text of a state; null where it does not apply. */
    @FunctionalInterface
    private interface Lie {
        Optional<String> tell(JsonObject state, RandomGenerator random);
    }

    static List<Mutator> all() {
        return List.of(
                lie("state.quant-type", Expectation.REFUSED, StateMutations::quantType),
                lie(
                        "state.illegal-blocksize",
                        Expectation.REFUSED,
                        (state, random) -> set(
                                state,
                                "blocksize",
                                number(random, 0, 1, -64, 16, 48, 63, 65, 8192, 1 << 30, 1L << 40))),
                lie("state.smaller-blocksize", Expectation.REFUSED, StateMutations::smallerBlocksize),
                lie("state.larger-blocksize", Expectation.REFUSED, StateMutations::largerBlocksize),
                lie(
                        "state.unknown-dtype",
                        Expectation.REFUSED,
                        (state, random) ->
                                set(state, "dtype", text(random, "int8", "", "float64", "torch.int8", "bool"))),
                lie(
                        "state.other-dtype",
                        Expectation.EITHER,
                        (state, random) -> set(state, "dtype", text(random, "float16", "bfloat16", "float32"))),
                lie("state.larger-shape", Expectation.REFUSED, (state, random) -> scaled(state, random, 2)),
                lie("state.smaller-shape", Expectation.REFUSED, StateMutations::smallerShape),
                lie("state.permuted-shape", Expectation.EITHER, StateMutations::permuted),
                lie("state.impossible-shape", Expectation.REFUSED, StateMutations::impossible),
                lie("state.member-missing", Expectation.EITHER, StateMutations::withoutMember),
                lie("state.nested-offset", Expectation.REFUSED, StateMutations::offset),
                lie(
                        "state.nested-dtype",
                        Expectation.EITHER,
                        (state, random) ->
                                nested(state, "nested_dtype", text(random, "float16", "bfloat16", "int4", ""))),
                lie(
                        "state.nested-blocksize",
                        Expectation.EITHER,
                        (state, random) ->
                                nested(state, "nested_blocksize", number(random, 0, -1, 1, 128, 512, 1L << 33))),
                lie("state.nested-dropped", Expectation.REFUSED, StateMutations::nestedDropped),
                lie("state.nested-invented", Expectation.REFUSED, StateMutations::nestedInvented),
                lie("state.no-json", Expectation.REFUSED, StateMutations::noJson));
    }

    private static Mutator lie(String kind, Expectation expectation, Lie lie) {
        return (subject, random) -> Target.any(subject, Target.SAFETENSORS, random)
                .flatMap(target -> {
                    EditableFile file = target.tensors();
                    return Target.pick(file, random, Companions::isState).flatMap(tensor -> {
                        JsonObject state = Json.parseObject(tensor.data, tensor.name);
                        return lie.tell(state, random)
                                .filter(text -> !text.equals(Json.writeCompact(state)))
                                .flatMap(text -> {
                                    replace(tensor, text);
                                    return target.replaced(kind, expectation, file);
                                });
                    });
                });
    }

    private static void replace(Tensor tensor, String text) {
        tensor.data = text.getBytes(StandardCharsets.UTF_8);
        tensor.shape = new ArrayList<>(List.of((long) tensor.data.length));
    }

    private static Optional<String> set(JsonObject state, String name, JsonValue value) {
        return Optional.of(Json.writeCompact(state.with(List.of(name), value)));
    }

    private static Optional<String> nested(JsonObject state, String name, JsonValue value) {
        return state.has("nested_offset") ? set(state, name, value) : Optional.empty();
    }

    private static JsonValue number(RandomGenerator random, long... values) {
        return JsonNumber.of(values[random.nextInt(values.length)]);
    }

    private static JsonValue text(RandomGenerator random, String... values) {
        return new JsonText(values[random.nextInt(values.length)]);
    }

    private static Optional<String> quantType(JsonObject state, RandomGenerator random) {
        String other = state.text("quant_type").orElseThrow().equals("nf4") ? "fp4" : "nf4";
        return set(state, "quant_type", text(random, other, "", "int4", "NF4", "af4"));
    }

    /** More blocks than there are scales; one block stays one block. */
    private static Optional<String> smallerBlocksize(JsonObject state, RandomGenerator random) {
        long blocksize = state.integer("blocksize").orElseThrow();
        return blocksize == 32 || elements(state) <= blocksize / 2
                ? Optional.empty()
                : set(state, "blocksize", JsonNumber.of(blocksize / 2));
    }

    /** Fewer blocks than there are scales; of two scales one may be padding. */
    private static Optional<String> largerBlocksize(JsonObject state, RandomGenerator random) {
        long blocksize = state.integer("blocksize").orElseThrow();
        return blocksize == 4096 || elements(state) <= 2 * blocksize
                ? Optional.empty()
                : set(state, "blocksize", JsonNumber.of(blocksize * 2));
    }

    static long elements(JsonObject state) {
        return dims(state).stream().reduce(1L, (a, b) -> a * b);
    }

    private static List<Long> dims(JsonObject state) {
        return state.array("shape").flatMap(JsonArray::wholes).orElseThrow();
    }

    private static Optional<String> withShape(JsonObject state, List<Long> dims) {
        return set(
                state,
                "shape",
                new JsonArray(dims.stream().<JsonValue>map(JsonNumber::of).toList()));
    }

    private static Optional<String> scaled(JsonObject state, RandomGenerator random, long factor) {
        List<Long> dims = new ArrayList<>(dims(state));
        int at = random.nextInt(dims.size());
        dims.set(at, dims.get(at) * factor);
        // Padding may hide a block or less.
        return elements(state) < 2 * state.integer("blocksize").orElseThrow()
                ? Optional.empty()
                : withShape(state, dims);
    }

    /** Half of the weight: then half of the packed bytes belong to nothing. */
    private static Optional<String> smallerShape(JsonObject state, RandomGenerator random) {
        List<Long> dims = new ArrayList<>(dims(state));
        int at = random.nextInt(dims.size());
        boolean padding = elements(state) < 4 * state.integer("blocksize").orElseThrow();
        if (padding || dims.get(at) < 2) {
            return Optional.empty();
        }
        dims.set(at, dims.get(at) / 2);
        return withShape(state, dims);
    }

    private static Optional<String> permuted(JsonObject state, RandomGenerator random) {
        List<Long> dims = new ArrayList<>(dims(state));
        if (random.nextBoolean()) {
            dims.add(1L);
        }
        Collections.reverse(dims);
        return withShape(state, dims);
    }

    private static Optional<String> impossible(JsonObject state, RandomGenerator random) {
        List<List<Long>> shapes = List.of(
                List.of(0L),
                List.of(-1L, -dims(state).getFirst()),
                List.of(1L << 32, 1L << 32),
                List.of(Long.MAX_VALUE),
                List.of(1L << 62, 2L),
                Collections.nCopies(5000, 1L << 20));
        return withShape(state, shapes.get(random.nextInt(shapes.size())));
    }

    private static Optional<String> withoutMember(JsonObject state, RandomGenerator random) {
        List<String> names = List.copyOf(state.members().keySet());
        return Optional.of(Json.writeCompact(state.without(List.of(names.get(random.nextInt(names.size()))))));
    }

    private static Optional<String> offset(JsonObject state, RandomGenerator random) {
        String[] texts = {"NaN", "Infinity", "-Infinity", "1e39", "\"0.1\"", "null", "[]"};
        return state.has("nested_offset")
                ? Optional.of(Json.writeCompact(state.with(List.of("nested_offset"), new JsonText("@")))
                        .replace("\"@\"", texts[random.nextInt(texts.length)]))
                : Optional.empty();
    }

    private static Optional<String> nestedDropped(JsonObject state, RandomGenerator random) {
        return state.has("nested_offset")
                ? Optional.of(Json.writeCompact(state.without(List.of("nested_offset"))
                        .without(List.of("nested_blocksize"))
                        .without(List.of("nested_dtype"))))
                : Optional.empty();
    }

    private static Optional<String> nestedInvented(JsonObject state, RandomGenerator random) {
        return state.has("nested_offset")
                ? Optional.empty()
                : Optional.of(Json.writeCompact(state.with(List.of("nested_blocksize"), JsonNumber.of(256))
                        .with(List.of("nested_dtype"), new JsonText("float32"))
                        .with(List.of("nested_offset"), new JsonNumber("0.01"))));
    }

    private static Optional<String> noJson(JsonObject state, RandomGenerator random) {
        String text = Json.writeCompact(state);
        String[] broken = {
            "",
            "{}",
            "[]",
            "null",
            "{",
            text + "}",
            text + text,
            text.replace(":", ""),
            text.substring(1),
            "[".repeat(3000),
            "{\"a\":".repeat(800),
            text.replace("\"blocksize\"", "\"shape\""),
            "\u0000" + text
        };
        return Optional.of(broken[random.nextInt(broken.length)]);
    }
}
