package dev.ingot.standalone.stages;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The adapters that PEFT made, each with its base and with the tensors that merging it gives. */
final class PeftCases {
    private static final Path FOLDER = Path.of("../checkpoint/src/test/resources/fixtures/peft");

    private PeftCases() {}

    /**
     * One of them.
     *
     * @param ulps by which 16-bit values may be off
     * @param tied whether the ends share a matrix after the merge
     */
    record PeftCase(String name, Path base, Path adapter, Path merged, int ulps, boolean tied) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Every case of one adapter whose type is {@code type}. */
    static List<PeftCase> of(String type) throws IOException {
        JsonObject cases = Json.parseObject(Files.readAllBytes(FOLDER.resolve("manifest.json")), "manifest.json")
                .object("cases")
                .orElseThrow();
        return cases.members().keySet().stream()
                .filter(name -> cases.object(name)
                        .orElseThrow()
                        .text("type")
                        .orElseThrow()
                        .equals(type))
                .map(name -> peftCase(name, cases.object(name).orElseThrow()))
                .toList();
    }

    private static PeftCase peftCase(String name, JsonObject json) {
        String adapter = json.array("adapters").flatMap(JsonArray::texts).orElseThrow().getFirst();
        return new PeftCase(
                name,
                FOLDER.resolve("bases").resolve(json.text("base").orElseThrow()),
                FOLDER.resolve("adapters").resolve(adapter),
                FOLDER.resolve("merged").resolve(name + ".safetensors"),
                json.integer("ulps").orElse(1L).intValue(),
                json.bool("tied").orElseThrow());
    }
}
