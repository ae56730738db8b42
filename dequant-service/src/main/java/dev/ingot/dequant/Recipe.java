package dev.ingot.dequant;

import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.digest.StreamDigest.Algorithm;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.NestedAbsmax;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What dequant makes of a shard: its quantized values in the order of the plan. Two shards with equal text and equal source bytes become the same
 * object, whichever run, base folder or adapter they belong to.
 */
record Recipe(List<Step> steps) {
    /** Changes whenever the same source would become other bytes. */
    private static final String VERSION = "ingot dequantization 1";

    Recipe {
        steps = List.copyOf(steps);
    }

    /** One value, under the name that it has in the checkpoint. */
    record Step(String name, Packed4Bit value) {
        TensorSpec spec() {
            return new TensorSpec(name, value.dtype(), value.shape());
        }

        /** The scales' tensors, in the order in which they are digested. */
        List<TensorRef> companions() {
            List<TensorRef> companions = new ArrayList<>();
            companions.add(value.absmax());
            value.nested().ifPresent(nested -> {
                companions.add(nested.map());
                companions.add(nested.absmax());
            });
            return companions;
        }

        private String text() {
            String nested = value.nested().map(Step::text).orElse("plain scales");
            return "%s %s %s %s %d %s %s"
                    .formatted(
                            name,
                            value.dtype(),
                            value.shape(),
                            value.quantType(),
                            value.blocksize(),
                            nested,
                            companions().stream().map(TensorRef::length).toList());
        }

        private static String text(NestedAbsmax nested) {
            return "%d %s %08x".formatted(nested.blocksize(), nested.dtype(), Float.floatToRawIntBits(nested.offset()));
        }
    }

    static Recipe of(Plan plan, int shard) {
        List<Step> steps = new ArrayList<>();
        for (OutputTensor tensor : plan.shard(shard).tensors()) {
            if (tensor.value() instanceof Packed4Bit packed) {
                steps.add(new Step(tensor.name(), packed));
            }
        }
        return new Recipe(steps);
    }

    /** What is done, without a word on where the source lies. */
    String text() {
        return steps.stream().map(Step::text).collect(Collectors.joining("\n", VERSION + "\n", "\n"));
    }

    /** SHA-256 of what is done and of the identities of all that it is done with: equal before a byte is read. */
    String identityDigest(List<InputFile> inputs) {
        StringBuilder text = new StringBuilder(text());
        for (Step step : steps) {
            append(text, inputs, step.value().packed());
            step.companions().forEach(companion -> append(text, inputs, companion));
        }
        return StreamDigest.of(Algorithm.SHA256)
                .update(text.toString().getBytes(StandardCharsets.UTF_8))
                .sha256();
    }

    private static void append(StringBuilder text, List<InputFile> inputs, TensorRef tensor) {
        InputFile file = inputs.get(tensor.file());
        text.append("%s %s %d %s %d %d\n"
                .formatted(
                        file.location(), file.name(), file.size(), file.identity(), tensor.offset(), tensor.length()));
    }
}
