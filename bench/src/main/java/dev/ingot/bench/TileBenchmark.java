package dev.ingot.bench;

import dev.ingot.dequant.KernelTiles;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.tile.TileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Parameters per second that dequant's tiles give on one thread, beside a copy of as many output bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TileBenchmark {
    /** Elements of the demo's {@code gate_proj}: 704 x 256. */
    private static final int ELEMENTS = 704 * 256;

    private final float[] floats = new float[ELEMENTS];
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(2 * ELEMENTS);
    private final ByteBuffer copied = ByteBuffer.allocateDirect(2 * ELEMENTS);
    private OutputTensor tensor;
    private TileSource tiles;

    @Setup
    public void open() throws IOException {
        Plan plan = DemoPlan.of("jargon-lora");
        tensor = plan.outputs().stream()
                .filter(output -> output.name().equals("model.layers.0.mlp.gate_proj.weight"))
                .findFirst()
                .orElseThrow();
        tiles = KernelTiles.sources(DemoPlan.FOLDERS).open(plan, 1);
    }

    @TearDown
    public void close() throws IOException {
        tiles.close();
    }

    /** NF4 with double quantization to float32 values, as merge pulls them. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public float[] dequantizeToFloats() throws IOException {
        tiles.floats(tensor.value(), 0, floats, ELEMENTS);
        return floats;
    }

    /** NF4 with double quantization to float16 bytes, as dequant writes them. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public ByteBuffer dequantizeToBytes() throws IOException {
        tiles.bytes(tensor.value(), 0, bytes.clear());
        return bytes;
    }

    /** The yardstick: memory of the output's size, copied. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public ByteBuffer copyOfTheOutput() {
        return copied.clear().put(bytes.clear());
    }
}
