package dev.ingot.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExplainCommandTest {
    private static final Path PEFT = Path.of("../checkpoint/src/test/resources/fixtures/peft");
    private static final String KEY = "base_model.model.model.language_model.layers.0.self_attn.q_proj.lora_A.weight";

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    private int explain(String base, String adapter, String... more) {
        String[] all = Stream.concat(
                        Stream.of(
                                "explain",
                                "--base",
                                PEFT.resolve("bases").resolve(base).toString(),
                                "--adapter",
                                PEFT.resolve("adapters").resolve(adapter).toString()),
                        Arrays.stream(more))
                .toArray(String[]::new);
        return Main.run(recorded.terminal(), all);
    }

    @Test
    void aKeyOfTheAdapterIsToldRuleByRule() {
        assertEquals(0, explain("llava-next-float32", "names-llava-next", KEY));

        List<String> lines = recorded.out().lines().toList();
        assertEquals(KEY + "  (adapter)", lines.get(0));
        assertEquals("    base_model.model. in front of every name", lines.get(1));
        assertEquals("    undone: llava_next ^language_model => model.language_model", lines.get(2));
        assertEquals("    undone: LlavaNextModel ^language_model.model => language_model", lines.get(3));
        assertEquals("  = language_model.model.layers.0.self_attn.q_proj.weight, merged", lines.get(4));
    }

    @Test
    void aKeyOfTheBaseIsToldWithWhatGoesIntoIt() {
        assertEquals(0, explain("llava-next-float32", "names-llava-next", "model.layers.0.self_attn.q_proj.weight"));

        assertTrue(recorded.out().contains("language_model.model.layers.0.self_attn.q_proj.weight  (base)"));
        assertTrue(recorded.out().contains("  = language_model.model.layers.0.self_attn.q_proj.weight, changed"));
        assertTrue(recorded.out().contains("  + " + KEY));
        assertFalse(recorded.out().contains("copied"), recorded.out());
    }

    @Test
    void whatNothingIsDoneToIsCopied() {
        assertEquals(0, explain("llava-next-float32", "names-llava-next", "language_model.model.norm.weight"));

        assertTrue(recorded.out().contains("  = language_model.model.norm.weight, copied"), recorded.out());
    }

    /** One pair of a fused parameter goes into every expert that the base has by itself. */
    @Test
    void everyTensorThatAPairGoesIntoIsChangedByIt() {
        assertEquals(0, explain("qwen3-moe-bfloat16", "experts-fused", "*.mlp.experts.1.up_proj.weight"));

        assertTrue(recorded.out().contains("mlp.experts.1.up_proj.weight, changed"), recorded.out());
        assertTrue(recorded.out().contains("  + base_model.model.model.layers."), recorded.out());
        assertFalse(recorded.out().contains("copied"), recorded.out());
    }

    @Test
    void withoutAKeyTheLedgerOfTheAdapterIsShown() {
        assertEquals(0, explain("vit-float32", "names-vit"));

        assertEquals(9, recorded.out().lines().count());
        assertTrue(recorded.out().contains("vit.encoder.layer.0.attention.attention.query.weight"));
    }

    @Test
    void jsonHasEveryTensorOfBoth() {
        assertEquals(0, explain("vit-float32", "names-vit", "--json"));

        JsonObject document = document();
        assertEquals("base_model.model.", document.text("lead").orElseThrow());
        assertTrue(document.array("tensors").orElseThrow().values().stream()
                .anyMatch(
                        tensor -> ((JsonObject) tensor).text("of").orElseThrow().equals("base")));
        assertFalse(document.object("refusal").isPresent());
    }

    @Test
    void aRefusalIsToldAfterWhatIsKnown() {
        assertEquals(3, explain("llama-float32", "names-llava-next"));

        assertTrue(recorded.out().contains("(refused)"), recorded.out());
        assertTrue(recorded.err().contains("adapter.unmatched-key"), recorded.err());
        assertTrue(recorded.err().contains("Nearest in the base: "), recorded.err());
        assertTrue(recorded.err().contains("Tried: "), recorded.err());
    }

    @Test
    void aRefusalStandsInTheJsonToo() {
        assertEquals(3, explain("llama-float32", "names-llava-next", "--json"));

        assertEquals(
                "adapter.unmatched-key",
                document().object("refusal").flatMap(json -> json.text("code")).orElseThrow());
    }

    @Test
    void anUnknownKeyIsAnsweredWithTheNearest() {
        assertEquals(3, explain("vit-float32", "names-vit", "encoder.layer.0.attention.query.weight"));

        assertTrue(recorded.err().contains("explain.unknown-key"));
        assertTrue(recorded.err().contains("vit.encoder.layer.0.attention.attention.query.weight"), recorded.err());
    }

    @Test
    void aMisspeltModuleIsAnsweredWithTheOneThatWasMeant() {
        assertEquals(3, explain("llama-float32", "lora-patterns", "self_attn.q_porj.weight"));

        assertTrue(recorded.err().contains("self_attn.q_proj.weight"), recorded.err());
    }

    @Test
    void aPatternFindsAllTensorsThatItFits() {
        assertEquals(0, explain("llava-next-float32", "names-llava-next", "*.layers.0.*.lora_?.weight"));

        List<String> told = recorded.out()
                .lines()
                .filter(line -> line.endsWith("(adapter)"))
                .toList();
        assertFalse(told.isEmpty());
        assertTrue(
                told.stream().allMatch(line -> line.contains(".layers.0.") && line.contains(".lora_")),
                told.toString());
    }

    @Test
    void severalAdaptersAreToldOneAfterTheOtherAndWhatKeepsThemApart() {
        Path second = PEFT.resolve("adapters").resolve("names-vit");
        assertEquals(0, explain("vit-float32", "names-vit", "--adapter", second + ":0.5"));

        assertTrue(recorded.out().contains("adapter 1: "), recorded.out());
        assertTrue(recorded.out().contains("adapter 2: 0.5 × "), recorded.out());
    }

    @Test
    void adaptersThatExcludeEachOtherAreRefusedHereToo() {
        Path second = PEFT.resolve("adapters").resolve("heads-tokens");
        assertEquals(3, explain("llama-float32", "heads-sequences", "--adapter", second.toString()));

        assertTrue(recorded.err().contains("adapter.conflict"), recorded.err() + recorded.out());
    }

    @Test
    void theHelpTeachesByExample() {
        assertEquals(0, Main.run(recorded.terminal(), "explain", "--help"));

        assertTrue(recorded.out().contains("ingot explain --base ./llava --adapter ./lora lm_head.weight"));
        assertTrue(recorded.out().contains("3   a merge would refuse base or adapter"));
    }

    private JsonObject document() {
        return Json.parseObject(recorded.out().getBytes(StandardCharsets.UTF_8), "output");
    }
}
