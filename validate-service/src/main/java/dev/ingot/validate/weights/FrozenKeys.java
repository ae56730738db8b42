package dev.ingot.validate.weights;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.RearrangedParameter;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The judge's own view of which keys of a training checkpoint are of frozen parameters: PEFT freezes whatever it does not name as its own. The base has
 * their values, unless the request wants the checkpoint's.
 */
record FrozenKeys(
        AdapterConfig config,
        CheckpointWeights base,
        ParameterNames names,
        Ends ends,
        CheckpointWeights checkpoint,
        MirrorPolicy mirrors) {

    /** The keys of what was trained, and of frozen parameters whose values the checkpoint is to give. */
    List<AdapterKey> trained(List<AdapterKey> keys) {
        List<AdapterKey> kept = new ArrayList<>();
        for (AdapterKey key : keys) {
            if (!isFrozen(key)) {
                kept.add(key);
            } else if (mirrors == MirrorPolicy.CHECKPOINT && holdsValues(key)) {
                kept.add(new AdapterKey(key.raw(), key.module(), Role.BASE_LAYER, key.parameter()));
            }
        }
        return kept;
    }

    /** The keys of parameters that training left as they were. */
    List<AdapterKey> frozen(List<AdapterKey> keys) {
        return keys.stream().filter(this::isFrozen).toList();
    }

    private boolean isFrozen(AdapterKey key) {
        boolean plain = key.role() == Role.BASE_LAYER
                || key.role() == Role.WHOLE
                        && !key.raw().contains("modules_to_save")
                        && !key.raw().contains("ln_tuning_layers");
        String biases = config.json().text("bias").orElse("none");
        boolean trainedBias = key.target().endsWith("bias")
                && (biases.equals("all") || biases.equals("lora_only") && key.role() == Role.BASE_LAYER);
        return plain && !trainedBias && (ofBase(key).isPresent() ? !isResized(key) : isRearranged(key));
    }

    /** The base has its elements in another layout. */
    private boolean isRearranged(AdapterKey key) {
        return RearrangedParameter.find(key.module(), key.parameter(), names, base::shape)
                .isPresent();
    }

    private Optional<Shape> ofBase(AdapterKey key) {
        boolean shared = ends.tied() && key.target().equals(ends.outputTensor());
        return base.shape(shared ? ends.inputTensor() : key.target());
    }

    private boolean holdsValues(AdapterKey key) {
        return checkpoint.shape(key.raw()).equals(ofBase(key));
    }

    /** Another number of tokens is what was trained, whatever it is called. */
    private boolean isResized(AdapterKey key) {
        boolean isEnd = key.target().equals(ends.inputTensor()) || key.target().equals(ends.outputTensor());
        Shape own = checkpoint.shape(key.raw()).orElseThrow();
        Shape stored = ofBase(key).orElseThrow();
        return isEnd
                && own.rank() == 2
                && stored.rank() == 2
                && own.dim(1) == stored.dim(1)
                && own.dim(0) != stored.dim(0);
    }
}
