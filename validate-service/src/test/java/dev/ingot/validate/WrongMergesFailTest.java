package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.validate.weights.ModuleDelta;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every mistake on the demo, whose model is trained, and on random weights. A wrong plan that is carried out right is one of these mistakes. */
class WrongMergesFailTest {
    private static final String QUERY = "model.layers.0.self_attn.q_proj";
    private static final String OTHER_QUERY = "model.layers.1.self_attn.q_proj";

    @TempDir
    Path folder;

    private final Path demoBase = Demo.folder().resolve("base-nf4");
    private final Path demoAdapter = Demo.folder().resolve("jargon-lora-ends");
    private RandomRun random;

    enum Slip implements ReferenceMerge.Mistake {
        DELTA_DROPPED {
            @Override
            public Map<String, ModuleDelta> make(Map<String, ModuleDelta> deltas) {
                deltas.remove(QUERY);
                return deltas;
            }
        },
        ALL_DELTAS_DROPPED {
            @Override
            public Map<String, ModuleDelta> make(Map<String, ModuleDelta> deltas) {
                return Map.of();
            }
        },
        SCALE_DOUBLED {
            @Override
            public Map<String, ModuleDelta> make(Map<String, ModuleDelta> deltas) {
                deltas.replaceAll((module, delta) -> scaled(delta, 2));
                return deltas;
            }
        },
        ONE_SCALE_DOUBLED {
            @Override
            public Map<String, ModuleDelta> make(Map<String, ModuleDelta> deltas) {
                deltas.computeIfPresent(QUERY, (module, delta) -> scaled(delta, 2));
                return deltas;
            }
        },
        ANOTHER_ALPHA {
            @Override
            public Map<String, ModuleDelta> make(Map<String, ModuleDelta> deltas) {
                deltas.replaceAll((module, delta) -> scaled(delta, 33f / 32));
                return deltas;
            }
        },
        KEYS_EXCHANGED {
            @Override
            public Map<String, ModuleDelta> make(Map<String, ModuleDelta> deltas) {
                ModuleDelta one = deltas.put(QUERY, deltas.get(OTHER_QUERY));
                deltas.put(OTHER_QUERY, one);
                return deltas;
            }
        };

        private static ModuleDelta scaled(ModuleDelta delta, float factor) {
            return new ModuleDelta(
                    delta.source(),
                    delta.left(),
                    delta.leftTransposed(),
                    delta.right(),
                    delta.rightTransposed(),
                    delta.rows(),
                    delta.columns(),
                    delta.rank(),
                    delta.scale() * factor,
                    delta.rounded());
        }
    }

    @BeforeEach
    void writeRandomRun() throws IOException {
        random = RandomRun.write(folder, DType.BF16, 0.05);
    }

    @ParameterizedTest
    @EnumSource(Slip.class)
    void onTheDemo(Slip slip) throws IOException, InterruptedException {
        Path merged = ReferenceMerge.of(demoBase, demoAdapter, slip).write(folder.resolve("merged"));
        assertEquals("weights", Judged.of(demoBase, demoAdapter, merged).gate());
        assertEquals("weights", smoke(demoBase, demoAdapter, merged));
    }

    @ParameterizedTest
    @EnumSource(Slip.class)
    void onRandomWeights(Slip slip) throws IOException, InterruptedException {
        Path merged = ReferenceMerge.of(random.base(), random.adapter(), slip).write(folder.resolve("merged"));
        assertEquals(
                "weights", Judged.of(random.base(), random.adapter(), merged).gate());
        assertEquals("weights", smoke(random.base(), random.adapter(), merged));
    }

    /** Deltas of a hundredth of the weights, of which bfloat16 takes a good part. */
    @ParameterizedTest
    @EnumSource(Slip.class)
    void onSmallDeltasInBFloat16(Slip slip) throws IOException, InterruptedException {
        RandomRun small = RandomRun.write(folder.resolve("small"), DType.BF16, 0.017);
        Path merged = ReferenceMerge.of(small.base(), small.adapter(), slip).write(folder.resolve("merged"));
        assertEquals("weights", Judged.of(small.base(), small.adapter(), merged).gate());
    }

    private static String smoke(Path base, Path adapter, Path merged) throws IOException, InterruptedException {
        return Judged.of(base, adapter, merged, Plans.complete(base, adapter), ValidationLevel.SMOKE)
                .gate();
    }

    @Test
    void aHeadThatIsTiedAgain() throws IOException, InterruptedException {
        ReferenceMerge merge = ReferenceMerge.of(demoBase, demoAdapter);
        merge.tensors.remove("lm_head.weight");
        merge.config = merge.config.with(List.of("tie_word_embeddings"), new JsonBool(true));
        Judged judged = Judged.of(demoBase, demoAdapter, merge.write(folder.resolve("merged")));
        assertEquals("structure", judged.gate(), judged::toString);
    }

    @Test
    void aHeadThatIsStale() throws IOException, InterruptedException {
        ReferenceMerge merge = ReferenceMerge.of(demoBase, demoAdapter, deltas -> without(deltas, "lm_head"));
        Judged judged = Judged.of(demoBase, demoAdapter, merge.write(folder.resolve("merged")));
        assertEquals("weights", judged.gate(), judged::toString);
    }

    private static Map<String, ModuleDelta> without(Map<String, ModuleDelta> deltas, String module) {
        deltas.remove(module);
        return deltas;
    }

    @Test
    void aConfigThatIsStale() throws IOException, InterruptedException {
        ReferenceMerge merge = ReferenceMerge.of(random.base(), random.adapter());
        merge.config = merge.config.with(List.of("quantization_config"), JsonObject.empty());
        assertEquals("structure", judgeRandom(merge));
    }

    @Test
    void aConfigWithAnotherEpsilon() throws IOException, InterruptedException {
        ReferenceMerge merge = ReferenceMerge.of(random.base(), random.adapter());
        merge.config = merge.config.with(List.of("rms_norm_eps"), new JsonNumber("1e-3"));
        assertEquals("structure", judgeRandom(merge));
    }

    @Test
    void aTensorThatIsMissing() throws IOException, InterruptedException {
        ReferenceMerge merge = ReferenceMerge.of(random.base(), random.adapter());
        merge.tensors.remove(OTHER_QUERY + ".weight");
        assertEquals("structure", judgeRandom(merge));
    }

    @Test
    void anUntouchedTensorThatChanged() throws IOException, InterruptedException {
        ReferenceMerge merge = ReferenceMerge.of(random.base(), random.adapter());
        merge.tensors.get("model.norm.weight").floats()[3] = 1.5f;
        assertEquals("weights", judgeRandom(merge));
    }

    @Test
    void aValueThatIsInfinite() throws IOException, InterruptedException {
        ReferenceMerge merge = ReferenceMerge.of(random.base(), random.adapter());
        merge.tensors.get(QUERY + ".weight").floats()[3] = Float.POSITIVE_INFINITY;
        assertEquals("weights", judgeRandom(merge));
    }

    @Test
    void anAdapterWithoutEffect() throws IOException, InterruptedException {
        RandomRun idle = RandomRun.write(folder.resolve("idle"), DType.F16, 0);
        Path merged = ReferenceMerge.of(idle.base(), idle.adapter()).write(folder.resolve("merged"));
        assertEquals("effect", Judged.of(idle.base(), idle.adapter(), merged).gate());
    }

    @Test
    void anAdapterTensorThatTheLedgerDoesNotHave() throws IOException, InterruptedException {
        Path merged = ReferenceMerge.of(random.base(), random.adapter()).write(folder.resolve("merged"));
        List<LedgerEntry> ledger = new ArrayList<>(Plans.ledger(random.base(), random.adapter()));
        ledger.removeLast();
        assertEquals(
                "accounted",
                Judged.of(random.base(), random.adapter(), merged, Plans.withLedger(ledger), ValidationLevel.SMOKE)
                        .gate());
    }

    private String judgeRandom(ReferenceMerge merge) throws IOException, InterruptedException {
        Path merged = merge.write(folder.resolve("merged"));
        return Judged.of(random.base(), random.adapter(), merged).gate();
    }
}
