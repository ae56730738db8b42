package dev.ingot.standalone.stages;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One case of the manifest that conformance/fixtures/adapters.py writes: an adapter by PEFT and the tensors that merging it changes.
 *
 * @param weights of the adapters; empty where all are 1
 * @param onResidual whether the base is what the adapter's initialization left, and the request has to say so
 * @param ulps by which elements of 16 bits may be off
 * @param share of elements that may be off at all
 */
record PeftCase(
        String name,
        String type,
        Path base,
        List<Path> adapters,
        List<Double> weights,
        Path merged,
        boolean onResidual,
        double ulps,
        double share) {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures/peft");
    private static final double FEW = 0.001;

    static List<PeftCase> all() throws Exception {
        Map<String, ?> cases = manifest().object("cases").orElseThrow().members();
        return cases.keySet().stream().map(PeftCase::of).toList();
    }

    /** Base of an adapter that cannot be merged. */
    static Path baseOfRefused(String name) {
        JsonObject entry =
                manifest().object("refused").flatMap(all -> all.object(name)).orElseThrow();
        return folder("bases", entry.text("base").orElseThrow());
    }

    /** Whether a request can make an adapter mergeable by declaring its base to be the residual. */
    static boolean isMergeableOnResidual(String name) {
        return manifest()
                .object("refused")
                .flatMap(all -> all.object(name))
                .flatMap(entry -> entry.text("declares"))
                .isPresent();
    }

    /** Names of adapters that cannot be merged. */
    static List<String> refused() throws Exception {
        return List.copyOf(manifest().object("refused").orElseThrow().members().keySet());
    }

    static Path folder(String kind, String name) {
        return FIXTURES.resolve(kind).resolve(name);
    }

    private static PeftCase of(String name) {
        JsonObject json =
                manifest().object("cases").flatMap(all -> all.object(name)).orElseThrow();
        return new PeftCase(
                name,
                json.text("type").orElseThrow(),
                folder("bases", json.text("base").orElseThrow()),
                json.array("adapters").flatMap(array -> array.texts()).orElseThrow().stream()
                        .map(adapter -> folder("adapters", adapter))
                        .toList(),
                json.array("weights").map(PeftCase::numbers).orElse(List.of()),
                folder("merged", name + ".safetensors"),
                json.text("declares").filter("residual"::equals).isPresent(),
                json.number("ulps").orElse(1.0),
                json.number("share").orElse(FEW));
    }

    private static List<Double> numbers(JsonArray array) {
        return array.values().stream()
                .map(value -> ((JsonNumber) value).asDouble())
                .toList();
    }

    /** The adapters as a request names them. */
    List<WeightedAdapter> weighted() {
        return IntStream.range(0, adapters.size())
                .mapToObj(i -> new WeightedAdapter(
                        adapters.get(i).toAbsolutePath().normalize().toUri().toString(),
                        weights.isEmpty() ? 1 : weights.get(i)))
                .toList();
    }

    private static JsonObject manifest() {
        try {
            return Json.parseObject(Files.readAllBytes(FIXTURES.resolve("manifest.json")), "manifest.json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
