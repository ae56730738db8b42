package dev.ingot.pipeline.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.StageResult;
import dev.ingot.pipeline.work.StageResult.CopyFact;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What documents say of training checkpoints, and do not say of exported adapters. */
class TrainingDocumentsTest {
    private static final ObjectRef OBJECT = new ObjectRef("key", 1, "", 2);

    @Test
    void anAssertionOnACopyIsReadAsItWasWritten() {
        TensorRef tensor = new TensorRef(0, "c", DType.F32, Shape.of(1), 0, 4);
        Assertion copy = new Assertion.CopyEqualsBase("w", tensor, new Stored(tensor, DType.BF16), false, true);
        assertEquals(copy, Documents.read(Documents.write(copy), Assertion.class, "the assertion"));
    }

    @Test
    void whatWasFoundOfCopiesIsReadAsItWasWritten() {
        CopyFact fact = new CopyFact("w", "nf4-double", 64, 1, 0, 0, "as of unrelated weights");
        StageResult shard =
                new MergedShard(1, "model.safetensors", OBJECT, List.of(), List.of(), List.of(), List.of(fact));
        assertEquals(shard, Documents.read(Documents.write(shard), StageResult.class, "the result"));
    }

    @Test
    void aShardWithoutCopiesSaysNothingOfThem() {
        StageResult shard = new MergedShard(1, "model.safetensors", OBJECT, List.of(), List.of(), List.of());
        assertFalse(new String(Documents.write(shard), StandardCharsets.UTF_8).contains("copies"));
    }
}
