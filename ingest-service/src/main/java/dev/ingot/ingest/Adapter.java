package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKeys;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.model.TrainingFolder;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * An adapter as its headers show it: its config and every tensor with what its key says.
 *
 * @param training whether it is a training checkpoint, with copies of what it was trained on, and not an export
 * @param mirrors what to do where such copies differ from the base
 */
record Adapter(AdapterConfig config, List<AdapterTensor> tensors, boolean training, MirrorPolicy mirrors) {
    private static final Set<DType> INDICES =
            EnumSet.of(DType.U8, DType.I8, DType.I16, DType.U16, DType.I32, DType.U32, DType.I64);

    /** One tensor of the adapter. */
    record AdapterTensor(AdapterKey key, LocatedTensor tensor) {
        String name() {
            return tensor.name();
        }
    }

    /** @param onResidual whether the base is declared to be what the adapter's initialization left */
    static Adapter read(FileSet files, boolean onResidual) throws IOException {
        AdapterConfig written = AdapterConfig.read(files);
        AdapterConfig config = onResidual ? written.forResidual() : written;
        AdapterSupport.requireMergeable(config);
        AdapterType type = config.type().orElseThrow();
        TensorCatalog catalog = TensorCatalog.ofAdapter(files).orElseThrow(() -> noTensorFile(files));
        if (catalog.tensors().isEmpty()) {
            throw new RefusedInput(
                    "adapter.empty",
                    "The adapter in " + files.location() + " holds no tensor.",
                    "save the adapter again; under ZeRO-3 or FSDP gather the weights before save_pretrained");
        }
        AdapterSupport.requireKnownLayout(type, catalog.tensors().keySet());
        return new Adapter(
                config,
                catalog.tensors().values().stream()
                        .map(tensor -> new AdapterTensor(AdapterKeys.parse(tensor.name(), type), tensor))
                        .toList(),
                TrainingFolder.is(files),
                MirrorPolicy.REFUSE);
    }

    /** The same, with what a run multiplies its delta with. */
    Adapter weighted(double weight) {
        return new Adapter(config.weighted(weight), tensors, training, mirrors);
    }

    /** The same, of several in memory the one of a name; empty where there is one. */
    Adapter inMemory(String name) {
        return new Adapter(config.inMemory(name), tensors, training, mirrors);
    }

    /** The same, with what a run does where copies differ. */
    Adapter mirrored(MirrorPolicy policy) {
        return new Adapter(config, tensors, training, policy);
    }

    /** The same with other tensors. */
    Adapter with(AdapterConfig other, List<AdapterTensor> tensors) {
        return new Adapter(other, tensors, training, mirrors);
    }

    /** RefusedInput {@code adapter.zero-size}, {@code adapter.dtype} for a tensor that cannot be merged. */
    static void requireSound(LocatedTensor tensor) {
        if (tensor.shape().elements() == 0) {
            throw new RefusedInput(
                    "adapter.zero-size",
                    "%s of the adapter has the shape %s: it holds nothing.".formatted(tensor.name(), tensor.shape()),
                    "save the adapter again; ZeRO-3 leaves empty tensors where the weights were not gathered");
        }
        boolean indices = tensor.name().endsWith("_indices") && INDICES.contains(tensor.dtype());
        if (!tensor.dtype().isMergeable() && !indices) {
            throw new RefusedInput(
                    "adapter.dtype",
                    "%s of the adapter is %s; expected float32, float16 or bfloat16."
                            .formatted(tensor.name(), tensor.dtype()),
                    "save the adapter in float32 or a 16-bit dtype");
        }
    }

    private static RefusedInput noTensorFile(FileSet files) {
        return new RefusedInput(
                "adapter.no-weights",
                files.location() + " has neither adapter_model.safetensors nor adapter_model.bin.",
                "save the adapter with PEFT's save_pretrained");
    }
}
