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
import java.nio.ByteOrder;
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
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

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

    private LocatedTensor located(String tensor) {
        return catalog.find(tensor)
                .orElseThrow(() -> new IllegalArgumentException(location + " has no tensor " + tensor));
    }

    private void plain(LocatedTensor tensor, long first, float[] into, int count) throws IOException {
        if (!tensor.dtype().isMergeable()) {
            throw new IllegalArgumentException(
                    "%s in %s is %s: expected F32, F16 or BF16".formatted(tensor.name(), location, tensor.dtype()));
        }
        Scratch buffers = scratch.get();
        for (int done = 0; done < count; done += Scratch.ELEMENTS) {
            int some = Math.min(Scratch.ELEMENTS, count - done);
            ByteBuffer raw = buffers.bytes.clear().limit((int) tensor.dtype().bytes(some));
            bytes.read(tensor, tensor.dtype().bytes(first + done), raw);
            buffers.widen(tensor.dtype(), into, done, some);
        }
    }

    /** Buffers of one thread, used again and again. */
    private static final class Scratch {
        static final int ELEMENTS = 1 << 16;

        final ByteBuffer bytes =
                ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final short[] halves = new short[ELEMENTS];

        void widen(DType dtype, float[] into, int at, int count) {
            bytes.flip();
            if (dtype == DType.F32) {
                bytes.asFloatBuffer().get(into, at, count);
                return;
            }
            bytes.asShortBuffer().get(halves, 0, count);
            if (dtype == DType.F16) {
                for (int i = 0; i < count; i++) {
                    into[at + i] = HalfPrecision.fromFloat16(halves[i]);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    into[at + i] = HalfPrecision.fromBFloat16(halves[i]);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
