package dev.ingot.validate.weights;

import dev.ingot.arithmetic.HalfPrecision;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.QuantizedParameters;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tensors of one folder, with what is quantized in it dequantized. The opener closes it. */
public final class CheckpointWeights implements WeightSource, AutoCloseable {
    private final String location;
    private final String lead;
    private final TensorCatalog catalog;
    private final TensorBytes bytes;
    private final Map<String, QuantizedParameter> quantized;
    private final Map<String, Dequantized> dequantized;
    private final Optional<DType> rounding;
    private final ThreadLocal<TransposedTensor.Panel> panel = ThreadLocal.withInitial(TransposedTensor.Panel::new);
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

    private CheckpointWeights(
            String location,
            String lead,
            TensorCatalog catalog,
            TensorBytes bytes,
            Map<String, QuantizedParameter> quantized,
            Map<String, Dequantized> dequantized,
            Optional<DType> rounding) {
        this.rounding = rounding;
        this.location = location;
        this.lead = lead;
        this.catalog = catalog;
        this.bytes = bytes;
        this.quantized = quantized;
        this.dequantized = dequantized;
    }

    /** The same tensors with something in front of all names; whoever opened this one closes it still. */
    public CheckpointWeights under(String prefix) {
        return new CheckpointWeights(location, prefix + ".", catalog, bytes, quantized, dequantized, rounding);
    }

    /** The weights of a model folder. */
    public static CheckpointWeights ofModel(FileSet files) throws IOException {
        return ofModel(files, false);
    }

    /** @param lowNibbleFirst whether its 4-bit tensors have the first of two elements in the low nibble */
    public static CheckpointWeights ofModel(FileSet files, boolean lowNibbleFirst) throws IOException {
        ModelConfig config = ModelConfig.read(files);
        TensorCatalog catalog = TensorCatalog.ofModel(files);
        return open(files, catalog, QuantizedParameters.find(files, catalog, config, lowNibbleFirst));
    }

    /** The tensors of a catalog that was read from {@code files}, beside which no config.json stands. */
    public static CheckpointWeights open(FileSet files, TensorCatalog catalog) throws IOException {
        ModelConfig none = new ModelConfig(JsonObject.empty());
        return open(files, catalog, QuantizedParameters.find(files, catalog, none, false));
    }

    private static CheckpointWeights open(
            FileSet files, TensorCatalog catalog, Map<String, QuantizedParameter> quantized) throws IOException {
        TensorBytes bytes = new TensorBytes(files);
        CheckpointWeights weights = new CheckpointWeights(
                files.location(), "", catalog, bytes, quantized, new HashMap<>(), Optional.empty());
        try {
            for (QuantizedParameter parameter : quantized.values()) {
                weights.dequantized.put(parameter.name(), weights.open(parameter));
            }
            return weights;
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    /** The same tensors as they are once they were cast to {@code dtype}. Shares the files, and is not to be closed. */
    CheckpointWeights rounded(DType dtype) {
        return new CheckpointWeights(location, lead, catalog, bytes, quantized, dequantized, Optional.of(dtype));
    }

    private Dequantized open(QuantizedParameter parameter) throws IOException {
        Dequantized stored = Dequantized.open(bytes, parameter);
        return parameter.transposed() ? new TransposedTensor(stored, parameter.stored(), panel) : stored;
    }

    /** By the names in the files. */
    public TensorCatalog catalog() {
        return catalog;
    }

    /** Names of the model's own parameters: companions of quantized ones are left out. */
    public Set<String> names() {
        Set<String> names = new HashSet<>(catalog.tensors().keySet());
        for (QuantizedParameter parameter : quantized.values()) {
            parameter.companions().forEach(each -> names.remove(each.name()));
            names.remove(parameter.payload().name());
            names.add(parameter.name());
        }
        return lead.isEmpty() ? names : names.stream().map(lead::concat).collect(Collectors.toSet());
    }

    /** A parameter's name in the files; of a name without the lead, one that no file has. */
    private String stored(String tensor) {
        return tensor.startsWith(lead) ? tensor.substring(lead.length()) : lead + tensor;
    }

    /** Names of the parameters that are packed by a quantizer. */
    public Set<String> packed() {
        return Set.copyOf(quantized.keySet());
    }

    @Override
    public Optional<Shape> shape(String tensor) {
        String name = stored(tensor);
        QuantizedParameter known = quantized.get(name);
        return known != null ? Optional.of(known.shape()) : catalog.find(name).map(LocatedTensor::shape);
    }

    @Override
    public DType dtype(String tensor) {
        QuantizedParameter known = quantized.get(stored(tensor));
        return known != null ? known.dtype() : located(tensor).dtype();
    }

    @Override
    public String origin(String tensor) {
        return location + "#" + tensor;
    }

    @Override
    public void floats(String tensor, long first, float[] into, int count) throws IOException {
        Dequantized known = dequantized.get(stored(tensor));
        if (known != null) {
            known.floats(first, into, count);
        } else {
            plain(located(tensor), first, into, count);
        }
    }

    /** Bytes {@code [first, first + count)} of a tensor as they lie in its file, little-endian. */
    public ByteBuffer raw(String tensor, long first, int count) throws IOException {
        ByteBuffer raw = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.read(located(tensor), first, raw);
        return raw.flip();
    }

    /** All elements of a tensor of whole numbers, or of such numbers in float32. */
    public long[] wholeNumbers(String tensor) throws IOException {
        LocatedTensor located = located(tensor);
        int count = Math.toIntExact(located.shape().elements());
        ByteBuffer raw = ByteBuffer.allocate((int) located.dtype().bytes(count)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.read(located, 0, raw);
        raw.flip();
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = wholeNumber(located, raw);
        }
        return numbers;
    }

    private static long wholeNumber(LocatedTensor tensor, ByteBuffer raw) {
        return switch (tensor.dtype()) {
            case U8 -> Byte.toUnsignedLong(raw.get());
            case I8 -> raw.get();
            case I16 -> raw.getShort();
            case U16 -> Short.toUnsignedLong(raw.getShort());
            case I32 -> raw.getInt();
            case U32 -> Integer.toUnsignedLong(raw.getInt());
            case I64 -> raw.getLong();
            case F32 -> (long) raw.getFloat();
            default -> throw new IllegalArgumentException(tensor.name() + " is " + tensor.dtype() + ": no indices");
        };
    }

    private LocatedTensor located(String tensor) {
        return catalog.find(stored(tensor))
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
        if (rounding.isPresent()) {
            for (int i = 0; i < count; i++) {
                into[i] = Rounding.to(rounding.get(), into[i]);
            }
        }
    }

    /** Buffers of one thread, used again and again. */
    private static final class Scratch {
        static final int ELEMENTS = 1 << 16;
        private static final ValueLayout.OfFloat FLOATS =
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfShort HALVES =
                ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        final ByteBuffer bytes =
                ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final short[] halves = new short[ELEMENTS];

        void widen(DType dtype, float[] into, int at, int count) {
            bytes.flip();
            if (dtype == DType.F32) {
                MemorySegment.copy(MemorySegment.ofBuffer(bytes), FLOATS, 0, into, at, count);
                return;
            }
            MemorySegment.copy(MemorySegment.ofBuffer(bytes), HALVES, 0, halves, 0, count);
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
