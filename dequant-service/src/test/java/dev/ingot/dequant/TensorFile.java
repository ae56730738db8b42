package dev.ingot.dequant;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.tile.PlanInputs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A file of random tensors, one after another without a header, at odd offsets. */
final class TensorFile {
    static final String NAME = "tensors.bin";

    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final Random random;

    TensorFile(long seed) {
        random = new Random(seed);
        content.write(0);
    }

    Random random() {
        return random;
    }

    TensorRef add(String name, DType dtype, Shape shape, byte[] bytes) {
        TensorRef tensor = new TensorRef(0, name, dtype, shape, content.size(), bytes.length);
        content.writeBytes(bytes);
        content.write(0);
        return tensor;
    }

    TensorRef codes(String name, DType dtype, long... dims) {
        byte[] bytes = new byte[(int) Shape.of(dims).elements()];
        random.nextBytes(bytes);
        return add(name, dtype, Shape.of(dims), bytes);
    }

    TensorRef floats(String name, DType dtype, float[] values, long... dims) {
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (dtype == DType.F32) {
                bytes.putFloat(value);
            } else {
                bytes.putShort((short) Rounding.bits(dtype, value));
            }
        }
        return add(name, dtype, Shape.of(dims), bytes.array());
    }

    /** Normally distributed weights, with a few zeros and a block of zeros. */
    TensorRef weights(String name, DType dtype, long... dims) {
        float[] values = new float[(int) Shape.of(dims).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(50) == 0 ? 0 : (float) random.nextGaussian() * 0.02f;
        }
        Arrays.fill(values, values.length / 2, Math.min(values.length / 2 + 200, values.length), 0);
        return floats(name, dtype, values, dims);
    }

    TensorRef scales(String name, DType dtype, long... dims) {
        float[] values = new float[(int) Shape.of(dims).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 0.1f + 0.001f;
        }
        return floats(name, dtype, values, dims);
    }

    byte[] bytes(TensorRef tensor) {
        int from = (int) tensor.offset();
        return Arrays.copyOfRange(content.toByteArray(), from, from + (int) tensor.length());
    }

    float[] floats(TensorRef tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(tensor)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[(int) tensor.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            int bits = tensor.dtype() == DType.F32 ? bytes.getInt() : bytes.getShort();
            values[i] = Rounding.fromBits(tensor.dtype(), bits);
        }
        return values;
    }

    /** Writes it; gives what a plan says of it. */
    InputFile write(Path folder) throws IOException {
        Files.write(folder.resolve(NAME), content.toByteArray());
        return input(folder);
    }

    /** What a plan says of the file as it is now. */
    static InputFile input(Path folder) throws IOException {
        FolderFiles files = FolderFiles.of(folder);
        try (var file = files.open(NAME).orElseThrow()) {
            FileInfo info = file.info();
            return new InputFile(InputRole.BASE, files.location(), NAME, info.size(), info.identity());
        }
    }

    /** Writes it; gives a source of tiles over it. */
    KernelTiles tiles(Path folder) throws IOException {
        return new KernelTiles(new PlanInputs(List.of(write(folder)), location -> FolderFiles.of(folder)));
    }
}
