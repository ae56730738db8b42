package dev.ingot.checkpoint.bitsandbytes;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds what bitsandbytes quantized in a checkpoint: by the quant_state keys alone, never by config or dtype, so that any module may or may not be
 * quantized. Reads the quant_state tensors (some hundred bytes each), nothing else.
 */
public final class QuantizedTensors {
    private static final String STATE = ".quant_state.bitsandbytes__";
    private static final int MAX_STATE_BYTES = 4096;

    private final FileSet files;
    private final TensorCatalog catalog;

    private QuantizedTensors(FileSet files, TensorCatalog catalog) {
        this.files = files;
        this.catalog = catalog;
    }

    /** By parameter name, in the catalog's order; RefusedInput {@code quantization.*} when a companion is missing or does not fit. */
    public static Map<String, QuantizedTensor> find(FileSet files, TensorCatalog catalog) throws IOException {
        return new QuantizedTensors(files, catalog).findAll();
    }

    private Map<String, QuantizedTensor> findAll() throws IOException {
        Map<String, QuantizedTensor> found = new LinkedHashMap<>();
        Map<String, List<LocatedTensor>> statesByFile = new LinkedHashMap<>();
        for (LocatedTensor tensor : catalog.tensors().values()) {
            if (tensor.name().contains(STATE)) {
                statesByFile
                        .computeIfAbsent(tensor.file().name(), name -> new ArrayList<>())
                        .add(tensor);
            }
        }
        for (Map.Entry<String, List<LocatedTensor>> entry : statesByFile.entrySet()) {
            try (RangedFile file = files.open(entry.getKey()).orElseThrow(() -> gone(entry.getKey()))) {
                for (LocatedTensor state : entry.getValue()) {
                    QuantizedTensor tensor = resolve(state, bytesOf(file, state));
                    if (found.put(tensor.name(), tensor) != null) {
                        throw refuse("companion", tensor.name(), "has two quant_state tensors");
                    }
                }
            }
        }
        return found;
    }

    private byte[] bytesOf(RangedFile file, LocatedTensor state) throws IOException {
        if (state.dtype() != DType.U8 || state.entry().length() > MAX_STATE_BYTES) {
            throw refuse("state", state.name(), "is not a small U8 tensor");
        }
        byte[] bytes = new byte[(int) state.entry().length()];
        file.read(state.entry().offset(), ByteBuffer.wrap(bytes));
        return bytes;
    }

    private QuantizedTensor resolve(LocatedTensor stateTensor, byte[] json) {
        int at = stateTensor.name().indexOf(STATE);
        String name = stateTensor.name().substring(0, at);
        QuantState state = QuantState.parse(json, stateTensor.name().substring(at + STATE.length()), name);
        Shape shape = state.shape().orElseThrow(() -> refuse("state", name, "does not record its shape"));
        LocatedTensor packed = companion(name, "");
        LocatedTensor absmax = companion(name, ".absmax");
        Optional<LocatedTensor> nestedAbsmax = catalog.find(name + ".nested_absmax");
        Optional<LocatedTensor> nestedMap = catalog.find(name + ".nested_quant_map");
        QuantizedTensor tensor = new QuantizedTensor(
                name, state, packed, absmax, nestedAbsmax, nestedMap, companionsOf(name, stateTensor));
        requireSizes(tensor, shape.elements());
        return tensor;
    }

    private List<LocatedTensor> companionsOf(String name, LocatedTensor state) {
        List<LocatedTensor> companions = new ArrayList<>();
        companions.add(state);
        for (String suffix : List.of(".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map")) {
            catalog.find(name + suffix).ifPresent(companions::add);
        }
        return companions;
    }

    private LocatedTensor companion(String name, String suffix) {
        return catalog.find(name + suffix)
                .orElseThrow(() -> refuse("companion", name, "has a quant_state but no " + name + suffix));
    }

    private static void requireSizes(QuantizedTensor tensor, long elements) {
        long blocks = Math.ceilDiv(elements, (long) tensor.state().blocksize());
        long packedBytes = Math.ceilDiv(elements, 2L);
        if (elements == 0 || tensor.packed().entry().length() < packedBytes) {
            throw refuse(
                    "packed-size",
                    tensor.name(),
                    "of shape %s needs %d packed bytes, but has %d"
                            .formatted(
                                    tensor.shape(),
                                    packedBytes,
                                    tensor.packed().entry().length()));
        }
        boolean nested = tensor.state().nested().isPresent();
        requireAbsmax(tensor, tensor.absmax(), nested ? DType.U8 : DType.F32, blocks);
        if (nested) {
            requireNested(tensor, blocks);
        }
    }

    private static void requireNested(QuantizedTensor tensor, long blocks) {
        LocatedTensor absmax = tensor.nestedAbsmax()
                .orElseThrow(() -> refuse("companion", tensor.name(), "is double-quantized but has no nested_absmax"));
        LocatedTensor map = tensor.nestedMap()
                .orElseThrow(
                        () -> refuse("companion", tensor.name(), "is double-quantized but has no nested_quant_map"));
        int blocksize = tensor.state().nested().orElseThrow().blocksize();
        requireAbsmax(tensor, absmax, DType.F32, Math.ceilDiv(blocks, (long) blocksize));
        if (map.dtype() != DType.F32 || map.shape().elements() != 256) {
            throw refuse("companion", tensor.name(), "has a nested_quant_map that is not 256 float32 values");
        }
    }

    private static void requireAbsmax(QuantizedTensor tensor, LocatedTensor absmax, DType dtype, long count) {
        if (absmax.dtype() != dtype
                || absmax.shape().rank() != 1
                || absmax.shape().elements() < count) {
            throw refuse(
                    "absmax",
                    tensor.name(),
                    "needs %d scales in %s, one-dimensional, but %s is %s of shape %s"
                            .formatted(count, dtype, absmax.name(), absmax.dtype(), absmax.shape()));
        }
    }

    private static RefusedInput refuse(String code, String tensor, String why) {
        return new RefusedInput(
                "quantization." + code,
                tensor + " " + why + ".",
                "save the checkpoint again with bitsandbytes, or name the 16-bit original as base");
    }

    private IOException gone(String file) {
        return new IOException(file + " vanished from " + files.location() + " while it was read");
    }
}
