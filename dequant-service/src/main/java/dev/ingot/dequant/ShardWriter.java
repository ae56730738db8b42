package dev.ingot.dequant;

import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.dequant.kernel.KernelSource;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.digest.StreamDigest.Algorithm;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.tile.OrderedTiles;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one shard's dequantized values, and digests their source on the way: recipe, then per tensor its scales and its packed bytes. Written to
 * by one thread at a time.
 */
final class ShardWriter {
    private static final int CHUNK = 1 << 16;

    private final Recipe recipe;
    private final SafetensorsLayout layout;
    private final PlanInputs inputs;
    private final ObjectUpload upload;
    private final Progress progress;
    private final StreamDigest source = StreamDigest.of(Algorithm.SHA256);
    private final StreamDigest output;
    private final List<Stretch> stretches = new ArrayList<>();

    ShardWriter(Recipe recipe, PlanInputs inputs, ObjectUpload upload, boolean provenance, Progress progress) {
        this.recipe = recipe;
        this.layout = SafetensorsLayout.of(
                recipe.steps().stream().map(Recipe.Step::spec).toList());
        this.inputs = inputs;
        this.upload = upload;
        this.progress = progress;
        this.output = StreamDigest.forRun(provenance);
    }

    /** Elements {@code [first, first + count)} of one step. */
    private record Stretch(Recipe.Step step, long first, int count) {}

    /** What came of a shard. */
    record Written(ObjectRef object, String sourceDigest, long bytesRead) {}

    /** Writes everything. */
    Written write(DequantConfig config) throws IOException, InterruptedException {
        byte[] text = recipe.text().getBytes(StandardCharsets.UTF_8);
        source.update(text);
        append(ByteBuffer.wrap(layout.header()), "");
        for (Recipe.Step step : recipe.steps()) {
            long elements = step.value().shape().elements();
            for (long first = 0; first < elements; first += config.tileElements()) {
                stretches.add(new Stretch(step, first, (int) Math.min(config.tileElements(), elements - first)));
            }
        }
        compute(config);
        String key = upload.complete().key();
        int crc32c = output.crc32c();
        ObjectRef object = new ObjectRef(key, output.bytes(), output.sha256(), crc32c);
        return new Written(object, source.sha256(), source.bytes() - text.length);
    }

    private void compute(DequantConfig config) throws IOException, InterruptedException {
        AbsmaxWindows windows = new AbsmaxWindows(inputs);
        List<KernelSource> opened = new ArrayList<>();
        try {
            OrderedTiles.run(stretches.size(), config.threads(), () -> {
                KernelSource kernels = config.kernels().get();
                opened.add(kernels);
                return new Worker(new PackedTile(inputs, windows, kernels), config.tileElements());
            });
        } finally {
            opened.forEach(KernelSource::close);
        }
    }

    private void append(ByteBuffer bytes, String note) throws IOException {
        output.update(bytes);
        upload.write(bytes);
        progress.at(output.bytes(), layout.fileSize(), "bytes", note);
    }

    private void digestCompanions(Recipe.Step step) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (TensorRef companion : step.companions()) {
            for (long at = 0; at < companion.length(); at += CHUNK) {
                chunk.clear().limit((int) Math.min(CHUNK, companion.length() - at));
                inputs.read(companion, at, chunk);
                source.update(chunk.flip());
            }
        }
    }

    private final class Worker implements OrderedTiles.Worker {
        private final PackedTile tile;
        private final ByteBuffer out;

        Worker(PackedTile tile, int tileElements) {
            this.tile = tile;
            this.out = ByteBuffer.allocate(Math.multiplyExact(tileElements, Float.BYTES));
        }

        @Override
        public void compute(int index) throws IOException {
            Stretch stretch = stretches.get(index);
            out.clear().limit((int) stretch.step().value().dtype().bytes(stretch.count()));
            tile.bytes(stretch.step().value(), stretch.first(), out);
            out.flip();
        }

        @Override
        public void commit(int index) throws IOException {
            Stretch stretch = stretches.get(index);
            if (stretch.first() == 0) {
                digestCompanions(stretch.step());
            }
            source.update(tile.source());
            append(out, stretch.step().name());
        }
    }
}
