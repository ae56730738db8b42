package dev.ingot.checkpoint.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The table of rules, applied here, against what transformers made of the same names when it applied them itself: the table of modules was dumped from
 * models that stood there.
 */
class EveryClassTest {
    @Test
    void everyClassRenamesItsParametersAsTransformersDoes() throws IOException {
        JsonObject document = modules();
        List<String> texts = document.array("texts").flatMap(JsonArray::texts).orElseThrow();
        JsonObject newest = (JsonObject)
                document.array("generations").orElseThrow().values().getLast();
        List<String> wrong = new ArrayList<>();
        int count = 0;
        for (Map.Entry<String, ?> each :
                newest.object("classes").orElseThrow().members().entrySet()) {
            JsonObject entry = (JsonObject) each.getValue();
            ModelConfig config = Configs.of(each.getKey(), entry.text("type").orElseThrow());
            for (String rename : renames(entry, texts)) {
                String disk = rename.substring(0, rename.indexOf('>')).replace("{n}", "0");
                String memory = rename.substring(rename.indexOf('>') + 1).replace("{n}", "0");
                if (disk.endsWith(".weight") && memory.endsWith(".weight")) {
                    count++;
                    String found = LoadRenames.of(config, Set.of(disk))
                            .newestOfBase(disk)
                            .name();
                    if (!isSame(found, disk, memory, entry.text("prefix").orElseThrow())) {
                        wrong.add(each.getKey() + ": " + disk + " became " + found + ", not " + memory);
                    }
                }
            }
        }
        assertTrue(count > 800, "only " + count + " names");
        assertEquals(List.of(), wrong);
    }

    /** A class that is absent has no rules for the models inside it, and nothing above would notice. */
    @Test
    void everyClassThatAReleaseRenamesHasItsModelsInside() throws IOException {
        JsonObject document = document("renames.json");
        JsonObject classes = document.object("classes").orElseThrow();
        assertEquals(
                List.of(),
                document.object("older").orElseThrow().members().keySet().stream()
                        .filter(name -> classes.array(name).isEmpty())
                        .toList());
        assertTrue(classes.members().size() >= 1529, "only " + classes.members().size() + " classes");
    }

    /**
     * transformers adds or removes the body's prefix after the rules, where only that makes a parameter of the model, and takes rules back that lead
     * from a name of the model to one that it has not: both are left to whoever looks for a name in a base.
     */
    private static boolean isSame(String found, String disk, String expected, String prefix) {
        return found.equals(expected)
                || disk.equals(expected)
                || found.equals(prefix + "." + expected)
                || expected.equals(prefix + "." + found);
    }

    private static List<String> renames(JsonObject entry, List<String> texts) {
        return entry.array("renames").map(JsonArray::values).orElse(List.of()).stream()
                .map(value -> texts.get((int) ((JsonNumber) value).asLong()))
                .toList();
    }

    private static JsonObject modules() throws IOException {
        return document("/dev/ingot/checkpoint/loading/modules.json");
    }

    private static JsonObject document(String file) throws IOException {
        try (InputStream in = EveryClassTest.class.getResourceAsStream(file)) {
            return Json.parseObject(in.readAllBytes(), file);
        }
    }
}
