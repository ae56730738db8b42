package dev.ingot.checkpoint.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.FusedExperts.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusedExpertsTest {
    @Test
    void gateStandsAboveUpInEveryExpert() {
        FusedExperts experts = find("model.layers.0.mlp.experts", "gate_up_proj", separate("mlp"))
                .orElseThrow();
        assertEquals(Shape.of(2, 6, 4), experts.shape());
        assertEquals(
                List.of(
                        new Part("model.layers.0.mlp.experts.0.gate_proj.weight", false, 0, 0, 3),
                        new Part("model.layers.0.mlp.experts.0.up_proj.weight", false, 0, 3, 3),
                        new Part("model.layers.0.mlp.experts.1.gate_proj.weight", false, 1, 0, 3),
                        new Part("model.layers.0.mlp.experts.1.up_proj.weight", false, 1, 3, 3)),
                experts.parts());
    }

    @Test
    void mixtralsBlockIsFoundByItsNameInMemory() {
        Map<String, Shape> base = Map.of(
                "model.layers.0.block_sparse_moe.experts.0.w2.weight", Shape.of(4, 3),
                "model.layers.0.block_sparse_moe.gate.weight", Shape.of(1, 4));
        assertEquals(
                "model.layers.0.block_sparse_moe.experts.0.w2.weight",
                find("model.layers.0.mlp.experts", "down_proj", base)
                        .orElseThrow()
                        .parts()
                        .getFirst()
                        .tensor());
        assertEquals(
                "model.layers.0.block_sparse_moe.gate.weight",
                find("model.layers.0.mlp.gate", "weight", base)
                        .orElseThrow()
                        .parts()
                        .getFirst()
                        .tensor());
    }

    @ParameterizedTest
    @CsvSource({
        "model.layers.0.block_sparse_moe.experts, gate_up_proj, model.layers.0.block_sparse_moe.input_linear.weight",
        "model.layers.0.block_sparse_moe.experts, down_proj,    model.layers.0.block_sparse_moe.output_linear.weight",
        "model.layers.0.block_sparse_moe.router,  weight,       model.layers.0.block_sparse_moe.router.layer.weight",
        "model.layers.0.mlp.router,               weight,       model.layers.0.block_sparse_moe.gate.weight",
        "model.layers.0.mixer.experts,            up_proj,      backbone.layers.0.mixer.experts.0.up_proj.weight",
    })
    void namesInMemoryLeadToThoseOfFiles(String module, String parameter, String tensor) {
        Map<String, Shape> base = Map.of(tensor, Shape.of(3, 4));
        assertEquals(
                tensor,
                find(module, parameter, base).orElseThrow().parts().getFirst().tensor());
    }

    @Test
    void anExpertThatLacksAProjectionIsRefused() {
        Map<String, Shape> base = separate("mlp");
        base.remove("model.layers.0.mlp.experts.1.up_proj.weight");
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> find("model.layers.0.mlp.experts", "gate_up_proj", base));
        assertEquals("base.experts", refused.code());
    }

    @Test
    void anExpertOfAnotherShapeIsRefused() {
        Map<String, Shape> base = separate("mlp");
        base.put("model.layers.0.mlp.experts.1.down_proj.weight", Shape.of(4, 5));
        assertThrows(RefusedInput.class, () -> find("model.layers.0.mlp.experts", "down_proj", base));
    }

    @ParameterizedTest
    @CsvSource({
        "mlp.experts.1.gate_proj, 1, 0, 3",
        "mlp.experts.0.up_proj, 0, 3, 3",
        "block_sparse_moe.experts.1.w1, 1, 0, 3",
        "block_sparse_moe.experts.0.w3, 0, 3, 3",
    })
    void aProjectionHasItsRowsInTheFusedParameter(String projection, int expert, int firstRow, int rows) {
        String tensor = "model.layers.0.mlp.experts.gate_up_proj";
        Part part = FusedExperts.findFused("model.layers.0." + projection, shapes(Map.of(tensor, Shape.of(2, 6, 4))))
                .orElseThrow()
                .parts()
                .getFirst();
        assertEquals(new Part(tensor, false, expert, firstRow, rows), part);
    }

    @Test
    void aModuleOutsideOfExpertsHasNoPlaceInThem() {
        Map<String, Shape> base = Map.of("model.layers.0.mlp.experts.gate_up_proj", Shape.of(2, 6, 4));
        assertEquals(
                Optional.empty(), FusedExperts.findFused("model.layers.0.mlp.shared_expert.gate_proj", shapes(base)));
    }

    private static Map<String, Shape> separate(String block) {
        Map<String, Shape> base = new TreeMap<>();
        for (int expert = 0; expert < 2; expert++) {
            String name = "model.layers.0." + block + ".experts." + expert + ".";
            base.put(name + "gate_proj.weight", Shape.of(3, 4));
            base.put(name + "up_proj.weight", Shape.of(3, 4));
            base.put(name + "down_proj.weight", Shape.of(4, 3));
        }
        return base;
    }

    private static Optional<FusedExperts> find(String module, String parameter, Map<String, Shape> base) {
        return FusedExperts.find(module, parameter, shapes(base));
    }

    private static Function<String, Optional<Shape>> shapes(Map<String, Shape> base) {
        return name -> Optional.ofNullable(base.get(name));
    }
}
