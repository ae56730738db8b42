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
 * Writes one shard's dequantized values, and digests their source on the way: the recipe, then the digest of every part of every value. A part is
 * read again for that a tile's share at a time, while a remote file's blocks are still at hand. Written to by one thread at a time.
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
    private final List<StreamDigest> parts = new ArrayList<>();
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    private long bytesRead;

    ShardWriter(Recipe recipe, PlanInputs inputs, ObjectUpload upload, boolean provenance, Progress progress) {
        this.recipe = recipe;
        this.layout = SafetensorsLayout.of(
                recipe.steps().stream().map(Recipe.Step::spec).toList());
        this.inputs = inputs;
        this.upload = upload;
        this.progress = progress;
        this.output = StreamDigest.forRun(provenance);
    }

    /** Elements {@code [first, first + count)} of one step: its tile {@code index} of {@code tiles}. */
    private record Stretch(Recipe.Step step, long first, int count, int index, int tiles) {}

    /** What came of a shard. */
    record Written(ObjectRef object, String sourceDigest, long bytesRead) {}

    /** Writes everything. */
    Written write(DequantConfig config) throws IOException, InterruptedException {
        source.update(recipe.text().getBytes(StandardCharsets.UTF_8));
        append(ByteBuffer.wrap(layout.header()), "");
        recipe.steps().forEach(step -> cut(step, config.tileElements()));
        compute(config);
        String key = upload.complete().key();
        int crc32c = output.crc32c();
        ObjectRef object = new ObjectRef(key, output.bytes(), output.sha256(), crc32c);
        return new Written(object, source.sha256(), bytesRead);
    }

    private void cut(Recipe.Step step, int tileElements) {
        long elements = step.value().shape().elements();
        int tiles = Math.toIntExact(Math.ceilDiv(elements, (long) tileElements));
        for (int i = 0; i < tiles; i++) {
            long first = (long) i * tileElements;
            stretches.add(new Stretch(step, first, (int) Math.min(tileElements, elements - first), i, tiles));
        }
    }

    private void compute(DequantConfig config) throws IOException, InterruptedException {
        SharedTiles tiles = new SharedTiles(inputs);
        List<KernelSource> opened = new ArrayList<>();
        try {
            OrderedTiles.run(stretches.size(), config.threads(), () -> {
                KernelSource kernels = config.kernels().get();
                opened.add(kernels);
                return new Worker(new TileDecoder(tiles, kernels), config.tileElements());
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

    /** Digests a tile's share of every part; the last tile's ends them. */
    private void digest(Stretch stretch) throws IOException {
        List<TensorRef> tensors = stretch.step().value().parts();
        if (stretch.index() == 0) {
            tensors.forEach(tensor -> parts.add(StreamDigest.of(Algorithm.SHA256)));
        }
        for (int i = 0; i < tensors.size(); i++) {
            long length = tensors.get(i).length();
            long to = length * (stretch.index() + 1) / stretch.tiles();
            digest(tensors.get(i), length * stretch.index() / stretch.tiles(), to, parts.get(i));
        }
        if (stretch.index() == stretch.tiles() - 1) {
            parts.forEach(part -> source.update(part.sha256().getBytes(StandardCharsets.UTF_8)));
            parts.clear();
        }
    }

    private void digest(TensorRef tensor, long from, long to, StreamDigest digest) throws IOException {
        for (long at = from; at < to; at += CHUNK) {
            chunk.clear().limit((int) Math.min(CHUNK, to - at));
            inputs.read(tensor, at, chunk);
            digest.update(chunk.flip());
        }
        bytesRead += to - from;
    }

    private final class Worker implements OrderedTiles.Worker {
        private final TileDecoder decoder;
        private final ByteBuffer out;

        Worker(TileDecoder decoder, int tileElements) {
            this.decoder = decoder;
            this.out = ByteBuffer.allocate(Math.multiplyExact(tileElements, Float.BYTES));
        }

        @Override
        public void compute(int index) throws IOException {
            Stretch stretch = stretches.get(index);
            out.clear().limit((int) stretch.step().value().dtype().bytes(stretch.count()));
            decoder.bytes(stretch.step().value(), stretch.first(), out);
            out.flip();
        }

        @Override
        public void commit(int index) throws IOException {
            Stretch stretch = stretches.get(index);
            digest(stretch);
            append(out, stretch.step().name());
        }
    }
}
