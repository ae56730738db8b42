package dev.ingot.dequant;

import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.digest.StreamDigest.Algorithm;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
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
    private static final String VERSION = "ingot dequantization 2";

    Recipe {
        steps = List.copyOf(steps);
    }

    /** One value, under the name that it has in the checkpoint. */
    record Step(String name, Value value) {
        TensorSpec spec() {
            return new TensorSpec(name, value.dtype(), value.shape());
        }

        private String text() {
            return name + " " + ValueText.of(value);
        }
    }

    static Recipe of(Plan plan, int shard) {
        List<Step> steps = new ArrayList<>();
        for (OutputTensor tensor : plan.shard(shard).tensors()) {
            if (tensor.value().isQuantized()) {
                steps.add(new Step(tensor.name(), tensor.value()));
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
            step.value().parts().forEach(part -> append(text, inputs, part));
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
