package dev.ingot.checkpoint.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.ModelConfig;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Names of a 70B model and a large adapter are placed with little memory: what is measured is all that was ever allocated, not what lived at once. */
class LargeAdapterTest {
    private static final long MEGABYTE = 1 << 20;
    private static final List<String> MODULES = List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj");
    private static final int LAYERS = 80;

    @Test
    void ofTheSameNames() {
        assertPlaced(Configs.of("LlamaForCausalLM", "llama"), base("model."), adapter("module.", "model."), 64);
    }

    @Test
    void ofAnotherReleasesNames() {
        assertPlaced(
                Configs.of("LlavaForConditionalGeneration", "llava"),
                base("language_model.model."),
                adapter("", "model.language_model."),
                64);
    }

    @Test
    void ofAModelThatTheBaseIsNot() {
        ModelConfig model = Configs.of("LlavaForConditionalGeneration", "llava");
        PlacedKeys placed = place(
                model,
                base("language_model.model."),
                adapter("", "transformer.").stream()
                        .map(key -> key.replace(".layers.", ".h."))
                        .toList());

        assertTrue(placed.keys().stream().noneMatch(PlacedKey::found));
    }

    private static void assertPlaced(ModelConfig model, Set<String> base, List<String> keys, long megabytes) {
        place(model, base, keys.subList(0, 2));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        PlacedKeys placed = place(model, base, keys);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertEquals(
                2 * LAYERS * MODULES.size(),
                placed.keys().stream().filter(PlacedKey::found).count());
        assertTrue(allocated < megabytes * MEGABYTE, () -> allocated / MEGABYTE + " MB were allocated");
    }

    private static PlacedKeys place(ModelConfig model, Set<String> base, List<String> keys) {
        String json = "{\"peft_type\": \"LORA\", \"r\": 8, \"lora_alpha\": 8}";
        AdapterConfig config =
                new AdapterConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "adapter_config.json"));
        return AdapterNames.place(
                keys, config, new ParameterNames(base, model), name -> Optional.of(Shape.of(8192, 8192)));
    }

    private static Set<String> base(String prefix) {
        Set<String> names = new TreeSet<>(modules(module -> prefix + module + ".weight"));
        names.add(prefix + "embed_tokens.weight");
        names.add(prefix + "norm.weight");
        return names;
    }

    private static List<String> adapter(String lead, String prefix) {
        List<String> keys = new ArrayList<>();
        for (String factor : List.of("lora_A", "lora_B")) {
            keys.addAll(modules(module -> lead + "base_model.model." + prefix + module + "." + factor + ".weight"));
        }
        return keys;
    }

    private static List<String> modules(UnaryOperator<String> name) {
        List<String> names = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String module : MODULES) {
                names.add(name.apply("layers." + layer + "." + module));
            }
        }
        return names;
    }
}
