package dev.ingot.validate.weights;

import dev.ingot.arithmetic.HalfPrecision;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.bitsandbytes.QuantizedTensor;
import dev.ingot.checkpoint.bitsandbytes.QuantizedTensors;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors of one folder, with what bitsandbytes packed in it dequantized. The opener closes it. */
public final class CheckpointWeights implements WeightSource, AutoCloseable {
    private final String location;
    private final TensorCatalog catalog;
    private final TensorBytes bytes;
    private final Map<String, QuantizedTensor> quantized;
    private final Map<String, PackedTensor> packed = new HashMap<>();

    private CheckpointWeights(
            String location, TensorCatalog catalog, TensorBytes bytes, Map<String, QuantizedTensor> quantized) {
        this.location = location;
        this.catalog = catalog;
        this.bytes = bytes;
        this.quantized = quantized;
    }

    /** The weights of a model folder. */
    public static CheckpointWeights ofModel(FileSet files) throws IOException {
        return open(files, TensorCatalog.ofModel(files));
    }

    /** The tensors of a catalog that was read from {@code files}. */
    public static CheckpointWeights open(FileSet files, TensorCatalog catalog) throws IOException {
        Map<String, QuantizedTensor> quantized = QuantizedTensors.find(files, catalog);
        TensorBytes bytes = new TensorBytes(files);
        CheckpointWeights weights = new CheckpointWeights(files.location(), catalog, bytes, quantized);
        try {
            for (QuantizedTensor tensor : quantized.values()) {
                weights.packed.put(tensor.name(), PackedTensor.open(bytes, tensor));
            }
            return weights;
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    public TensorCatalog catalog() {
        return catalog;
    }

    /** Names of the model's own tensors: companions of packed ones are left out. */
    public Set<String> names() {
        Set<String> names = new HashSet<>(catalog.tensors().keySet());
        quantized.values().forEach(tensor -> tensor.companions().forEach(each -> names.remove(each.name())));
        return names;
    }

    public boolean isPacked(String tensor) {
        return quantized.containsKey(tensor);
    }

    @Override
    public Optional<Shape> shape(String tensor) {
        QuantizedTensor known = quantized.get(tensor);
        return known != null ? Optional.of(known.shape()) : catalog.find(tensor).map(LocatedTensor::shape);
    }

    @Override
    public DType dtype(String tensor) {
        QuantizedTensor known = quantized.get(tensor);
        return known != null ? known.state().dtype() : located(tensor).dtype();
    }

    @Override
    public String origin(String tensor) {
        return location + "#" + tensor;
    }

    @Override
    public void floats(String tensor, long first, float[] into, int count) throws IOException {
        PackedTensor known = packed.get(tensor);
        if (known != null) {
            known.floats(first, into, count);
        } else {
            plain(located(tensor), first, into, count);
        }
    }

    /** Bytes {@code [from, from + length)} of a tensor as they stand in its file. */
    public byte[] raw(String tensor, long from, int length) throws IOException {
        return bytes.read(located(tensor), from, length).array();
    }

    private LocatedTensor located(String tensor) {
        return catalog.find(tensor)
                .orElseThrow(() -> new IllegalArgumentException(location + " has no tensor " + tensor));
    }

    private void plain(LocatedTensor tensor, long first, float[] into, int count) throws IOException {
        DType dtype = tensor.dtype();
        ByteBuffer raw = bytes.read(tensor, dtype.bytes(first), (int) dtype.bytes(count));
        switch (dtype) {
            case F32 -> raw.asFloatBuffer().get(into, 0, count);
            case F16 -> {
                short[] halves = halves(raw, count);
                for (int i = 0; i < count; i++) {
                    into[i] = HalfPrecision.fromFloat16(halves[i]);
                }
            }
            case BF16 -> {
                short[] halves = halves(raw, count);
                for (int i = 0; i < count; i++) {
                    into[i] = HalfPrecision.fromBFloat16(halves[i]);
                }
            }
            default ->
                throw new IllegalArgumentException(
                        "%s in %s is %s: expected F32, F16 or BF16".formatted(tensor.name(), location, dtype));
        }
    }

    private static short[] halves(ByteBuffer raw, int count) {
        short[] halves = new short[count];
        raw.asShortBuffer().get(halves);
        return halves;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
