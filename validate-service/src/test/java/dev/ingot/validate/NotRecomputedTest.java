package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Gates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A weight that the judge cannot recompute is named and counts as not checked; what is wrong beside it is found all the same. */
class NotRecomputedTest {
    private static final String TURNED = "model.layers.1.self_attn.q_proj";
    private static final String WHY = "validate cannot recompute RoAd of the variant 'road_9': " + TURNED + ".weight";

    @TempDir
    Path folder;

    private RandomRun run;

    /** The checkpoint is the base's own; whether one tensor of it is right, the judge cannot know. */
    private Tensors merged;

    @BeforeEach
    void writeRun() throws IOException {
        run = RandomRun.write(folder, DType.F16, 0.1);
        merged = ReferenceMerge.of(run.base(), adapter("none", "LN_TUNING", new Tensors())).tensors;
    }

    @Test
    void itIsNamedAndKeepsTheCheckpointFromTheRegistry() throws Exception {
        Judged judged = judged();
        assertEquals("fidelity", judged.gate(), judged::toString);
        assertEquals(WHY, judged.closed().orElseThrow().detail());
        assertEquals(Gate.State.NOT_MEASURED, state(judged, "weights"));
        assertEquals(Gate.State.NOT_MEASURED, state(judged, "effect"));
        assertEquals(Gate.State.PASSED, state(judged, "structure"));
        assertTrue(Gates.closed(judged.gates(), GatePolicy.delivering()).isEmpty());
    }

    @Test
    void anUntouchedTensorThatChangedIsFound() throws Exception {
        Arrays.fill(merged.get("model.norm.weight").floats(), 2);
        Judged judged = judged();
        assertEquals("weights", judged.gate(), judged::toString);
        assertTrue(Gates.closed(judged.gates(), GatePolicy.delivering()).isPresent());
    }

    @Test
    void aTensorThatIsMissingIsFound() throws Exception {
        merged.remove("model.norm.weight");
        Judged judged = judged();
        assertEquals("structure", judged.gate(), judged::toString);
        assertTrue(Gates.closed(judged.gates(), GatePolicy.delivering()).isPresent());
    }

    private Judged judged() throws Exception {
        Tensors angles = new Tensors();
        for (String name : new String[] {"road_theta", "road_alpha"}) {
            angles.put("base_model.model." + TURNED + "." + name, DType.F32, Shape.of(16), new float[16]);
        }
        Path out = Files.createDirectories(folder.resolve("merged"));
        Files.copy(run.base().resolve("config.json"), out.resolve("config.json"));
        Files.copy(run.base().resolve("tokenizer.json"), out.resolve("tokenizer.json"));
        merged.write(out.resolve("model.safetensors"));
        return Judged.of(run.base(), adapter("turned", "ROAD", angles), out);
    }

    private Path adapter(String name, String type, Tensors tensors) throws IOException {
        Path adapter = Files.createDirectories(folder.resolve(name));
        tensors.write(adapter.resolve("adapter_model.safetensors"));
        Files.writeString(
                adapter.resolve("adapter_config.json"),
                "{\"peft_type\": \"%s\", \"variant\": \"road_9\", \"task_type\": \"CAUSAL_LM\"}".formatted(type));
        return adapter;
    }

    private static Gate.State state(Judged judged, String name) {
        return judged.gates().stream()
                .filter(gate -> gate.name().equals(name))
                .findFirst()
                .orElseThrow()
                .state();
    }
}
