package dev.ingot.pipeline.work;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a task leaves behind for the stages after it. */
public sealed interface StageResult {
    /**
     * ingest: the plan is written.
     *
     * @param plan the first, where the run has two
     * @param shards of all plans
     */
    record Planned(ObjectRef plan, int shards) implements StageResult {}

    /**
     * dequant: one safetensors object with the dequantized tensors of the shard, each in the dtype recorded in the base.
     *
     * @param fromCache whether another run had dequantized the same bytes
     * @param bytesRead of quantized input; 0 from the cache
     */
    record DequantizedShard(int shard, ObjectRef object, boolean fromCache, long bytesRead, String sourceDigest)
            implements StageResult {}

    /**
     * merge: one output shard.
     *
     * @param file its name in the checkpoint
     * @param files that belong beside the shards (config.json, the index, carried files): all with the first of a plan, none with others
     * @param notes what a person should read, found while the bytes passed: sentences
     * @param copies what was found of a training checkpoint's copies of base tensors; null where there were none
     */
    record MergedShard(
            int shard,
            String file,
            ObjectRef object,
            List<TensorFact> tensors,
            List<NamedObject> files,
            List<String> notes,
            @Nullable List<CopyFact> copies)
            implements StageResult {
        public MergedShard {
            tensors = List.copyOf(tensors);
            files = List.copyOf(files);
            notes = List.copyOf(notes);
            copies = copies == null || copies.isEmpty() ? null : List.copyOf(copies);
        }

        /** Of a run without a training checkpoint. */
        public MergedShard(
                int shard,
                String file,
                ObjectRef object,
                List<TensorFact> tensors,
                List<NamedObject> files,
                List<String> notes) {
            this(shard, file, object, tensors, files, notes, null);
        }
    }

    /**
     * How a training checkpoint's copy of a base tensor compares with the base.
     *
     * @param tensor of the base, by its name in the output
     * @param packed how a packed copy was quantized ({@code nf4-double}); empty for a copy of numbers
     * @param compared values, or nibbles of a packed copy
     * @param differing of these
     * @param largest absolute difference of a value; 0 for a packed copy
     * @param relative Frobenius norm of the difference over that of the base; 0 for a packed copy
     * @param reading what the size of the difference says; empty where there is none
     */
    record CopyFact(
            String tensor,
            String packed,
            long compared,
            long differing,
            double largest,
            double relative,
            String reading) {
        public boolean isEqual() {
            return reading.isEmpty();
        }

        /** How far they are apart: {@code lm_head.weight in 3 of 64 values, by 0.5 at most, 0.01 of its norm (other weights)}. */
        public String text() {
            return packed.isEmpty()
                    ? String.format(
                            Locale.ROOT,
                            "%s in %,d of %,d values, by %.3g at most, %.2g of its norm (%s)",
                            tensor,
                            differing,
                            compared,
                            largest,
                            relative,
                            reading)
                    : String.format(
                            Locale.ROOT,
                            "%s in %,d of %,d packed values, %.3g %% (%s)",
                            tensor,
                            differing,
                            compared,
                            100.0 * differing / compared,
                            reading);
        }
    }

    /**
     * An object that is a file of the checkpoint.
     *
     * @param path in the checkpoint
     */
    record NamedObject(String path, ObjectRef object) {}

    /** validate: the report is written and the manifest stands; the verdict follows. */
    record Validated(ObjectRef report, boolean published, String model, int version) implements StageResult {}

    /**
     * What merge saw of one output tensor while its bytes passed.
     *
     * @param digest of the output bytes: sha256 hex, or crc32c hex where the run did not ask for sha256
     * @param sourceDigest of the base's value in the same algorithm: equal to digest for a tensor copied as it is; of others only known with
     *     provenance, else empty
     * @param weightNorm Frobenius norm of the base value, 0 where not measured
     * @param deltaNorm Frobenius norm of what the adapter adds
     * @param lostNorm Frobenius norm of the part of that delta that rounding took
     */
    record TensorFact(
            String name,
            DType dtype,
            Shape shape,
            boolean touched,
            String digest,
            String sourceDigest,
            double weightNorm,
            double deltaNorm,
            double lostNorm) {}
}
