package dev.ingot.validate.weights;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.loading.LoadedBase;
import dev.ingot.checkpoint.loading.LoadedTensor;
import dev.ingot.checkpoint.loading.QuantizationScheme;
import dev.ingot.checkpoint.loading.QuantizationScheme.EightBit;
import dev.ingot.checkpoint.loading.QuantizationScheme.FourBit;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A base as training saw it after it was quantized while loading: cast, quantized and dequantized by the scalar reference as it is read. */
final class LoadedWeights implements WeightSource {
    private final WeightSource stored;
    private final LoadedBase loaded;
    private final Map<String, Dequantized> tensors = new ConcurrentHashMap<>();
    private final ThreadLocal<TransposedTensor.Panel> panel = ThreadLocal.withInitial(TransposedTensor.Panel::new);

    LoadedWeights(WeightSource stored, LoadedBase loaded) {
        this.stored = stored;
        this.loaded = loaded;
    }

    @Override
    public Optional<Shape> shape(String tensor) {
        return stored.shape(tensor);
    }

    @Override
    public DType dtype(String tensor) {
        return loaded.of(tensor).dtype();
    }

    @Override
    public String origin(String tensor) {
        return stored.origin(tensor) + " as training loaded it";
    }

    @Override
    public void floats(String tensor, long first, float[] into, int count) throws IOException {
        tensors.computeIfAbsent(tensor, this::open).floats(first, into, count);
    }

    private Dequantized open(String tensor) {
        LoadedTensor made = loaded.of(tensor);
        Dequantized cast = (first, into, count) -> {
            stored.floats(tensor, first, into, count);
            for (int i = 0; i < count; i++) {
                into[i] = Rounding.to(made.dtype(), into[i]);
            }
        };
        Shape shape = stored.shape(tensor).orElseThrow();
        return switch (made.treatment()) {
            case CAST -> cast;
            case QUANTIZED -> quantized(cast, shape, made.dtype());
            case QUANTIZED_TRANSPOSED ->
                new TransposedTensor(
                        quantized(new TransposedTensor(cast, shape, panel), shape.transposed(), made.dtype()),
                        shape.transposed(),
                        ThreadLocal.withInitial(TransposedTensor.Panel::new));
        };
    }

    private Dequantized quantized(Dequantized values, Shape shape, DType dtype) {
        QuantizationScheme scheme = loaded.quantization().scheme();
        return switch (scheme) {
            case FourBit four -> new Requantized4Bit(values, shape.elements(), four, dtype);
            case EightBit eight -> new RequantizedInt8(values, Math.toIntExact(shape.columns()), dtype);
        };
    }
}
