package dev.ingot.bench;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import dev.ingot.dequant.kernel.FourBitKernel;
import dev.ingot.dequant.kernel.FourBitKernels;
import dev.ingot.dequant.kernel.FourBitLayout;
import dev.ingot.dequant.kernel.QuantizeDequantizeKernel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Parameters per nanosecond (that is, Gparam/s) of one thread, for a tile that stays in the second-level cache, NF4 with blocks of 64, beside a
 * copy of as many output bytes. The vector rows need {@code --add-modules jdk.incubator.vector}, which bench/kernels passes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {
    private static final int ELEMENTS = 1 << 17;

    @Param({"F16", "BF16", "F32"})
    private DType dtype;

    @Param({"64"})
    private int blocksize;

    private final byte[] packed = new byte[ELEMENTS / 2];
    private final float[] weights = new float[ELEMENTS];
    private final float[] floats = new float[ELEMENTS];
    private float[] absmax;
    private MemorySegment bytes;
    private MemorySegment copied;
    private FourBitKernel plain;
    private FourBitKernel vector;
    private QuantizeDequantizeKernel quantizing;

    @Setup
    public void fill() {
        Random random = new Random(1);
        random.nextBytes(packed);
        for (int i = 0; i < ELEMENTS; i++) {
            int bits = Float.floatToRawIntBits((float) random.nextGaussian(0, 0.02));
            weights[i] = Float.intBitsToFloat(bits & 0xFFFF_0000);
        }
        bytes = MemorySegment.ofBuffer(ByteBuffer.allocateDirect((int) dtype.bytes(ELEMENTS)));
        copied = MemorySegment.ofBuffer(ByteBuffer.allocateDirect((int) dtype.bytes(ELEMENTS)));
        FourBitLayout layout = new FourBitLayout(FourBitCode.NF4, blocksize, false, dtype);
        plain = FourBitKernels.plain(layout);
        vector = FourBitKernels.vector(layout).orElse(plain);
        quantizing = new QuantizeDequantizeKernel(FourBitCode.NF4, blocksize, dtype);
        absmax = new float[ELEMENTS / blocksize];
        quantizing.absmax(weights, absmax, ELEMENTS);
    }

    /** Bytes in, bytes out. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public MemorySegment plain() {
        plain.bytes(packed, absmax, 0, bytes, ELEMENTS);
        return bytes;
    }

    /** The same with the Vector API; with F32, which it does not make, the plain kernel again. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public MemorySegment vector() {
        vector.bytes(packed, absmax, 0, bytes, ELEMENTS);
        return bytes;
    }

    /** What merge takes: float32 values, rounded to the dtype. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public float[] plainToFloats() {
        plain.floats(packed, absmax, 0, floats, ELEMENTS);
        return floats;
    }

    /** The same with the Vector API. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public float[] vectorToFloats() {
        vector.floats(packed, absmax, 0, floats, ELEMENTS);
        return floats;
    }

    /** Both passes: scales, then codes and outputs. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public MemorySegment quantizeAndDequantize() {
        quantizing.absmax(weights, absmax, ELEMENTS);
        quantizing.bytes(weights, absmax, absmax, 0, bytes, ELEMENTS);
        return bytes;
    }

    /** The first pass alone. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public float[] absmax() {
        quantizing.absmax(weights, absmax, ELEMENTS);
        return absmax;
    }

    /** The yardstick: memory of the output's size, copied. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public MemorySegment copyOfTheOutput() {
        copied.copyFrom(bytes);
        return copied;
    }
}
