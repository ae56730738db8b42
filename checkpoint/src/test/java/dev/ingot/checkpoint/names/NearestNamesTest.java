package dev.ingot.checkpoint.names;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNamesTest {
    @ParameterizedTest
    @CsvSource({
        "model.layers.1.self_attn.q_porj.weight, model.layers.1.self_attn.q_proj.weight",
        "model.layers.1.self_attn.q_prj.weight, model.layers.1.self_attn.q_proj.weight",
        "model.layers.1.self_attn.qproj.weight, model.layers.1.self_attn.q_proj.weight",
        "model.layers.1.self_atn.v_proj.weight, model.layers.1.self_attn.v_proj.weight",
        "model.layers.11.self_attn.q_proj.weight, model.layers.1.self_attn.q_proj.weight",
        "layers.1.self_attn.v_proj.weight, model.layers.1.self_attn.v_proj.weight",
        "q_porj, model.layers.0.self_attn.q_proj",
        "self_attn.k_porj, model.layers.0.self_attn.k_proj",
    })
    void aMisspeltNameFindsTheOneThatWasMeant(String misspelt, String meant) {
        boolean weight = misspelt.endsWith(".weight");
        assertEquals(
                meant, NearestNames.of(misspelt, names(weight ? ".weight" : "")).getFirst());
    }

    @ParameterizedTest
    @CsvSource({
        "q_proj, q_proj, 0",
        "q_porj, q_proj, 1",
        "q_prj, q_proj, 1",
        "qq_proj, q_proj, 1",
        "k_porj, q_proj, 2",
        "'', abc, 3",
        "abc, '', 3",
        "ca, abc, 3"
    })
    void lettersThatChangedPlacesAreOneEdit(String one, String other, int edits) {
        assertEquals(edits, NearestNames.edits(one, other));
        assertEquals(edits, NearestNames.edits(other, one));
    }

    @Test
    void twoAreShownAtMost() {
        assertEquals(2, NearestNames.of("a", List.of("a", "b", "c")).size());
        assertEquals(List.of(), NearestNames.of("a", List.of()));
    }

    private static TreeSet<String> names(String leaf) {
        TreeSet<String> names = new TreeSet<>();
        for (int layer = 0; layer < 2; layer++) {
            for (String module : List.of("k_proj", "o_proj", "q_proj", "v_proj")) {
                names.add("model.layers.%d.self_attn.%s%s".formatted(layer, module, leaf));
            }
            names.add("model.layers.%d.mlp.up_proj%s".formatted(layer, leaf));
        }
        return names;
    }
}
