package dev.ingot.merge;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.Assertion.MirrorEqualsBase;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.tile.OrderedTiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Computes tiles of one shard, one at a time, in buffers that it keeps. Used by one thread. */
final class TileWorker implements OrderedTiles.Worker {
    private final MergeJob job;
    private final PanelMerge panels = new PanelMerge();
    private final FiniteScan scan = new FiniteScan();
    private final MemorySegment outMemory;
    private final ByteBuffer out;
    private final ByteBuffer source;
    private float[] values = {};
    private float[] results = {};
    private float[] mirrored = {};
    private Norms.Sums sums = Norms.Sums.ZERO;
    private long differing;
    private List<CopySums> copies = List.of();
    private int crc32c;

    /** @param arena owns the buffers; closed after the last worker has ended */
    TileWorker(MergeJob job, Arena arena) {
        this.job = job;
        this.outMemory = arena.allocate(job.largestTile(), Long.BYTES);
        this.out = outMemory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        this.source = job.provenance()
                ? arena.allocate(job.largestTile(), Long.BYTES).asByteBuffer()
                : ByteBuffer.allocate(0);
    }

    @Override
    public void compute(int index) throws IOException {
        Tile tile = job.tiles().get(index);
        TensorWork work = job.tensors().get(tile.tensor());
        OutputTensor tensor = work.tensor();
        sums = Norms.Sums.ZERO;
        out.clear().limit((int) tensor.dtype().bytes(tile.elements()));
        if (work.isCopied()) {
            copy(tile, tensor);
        } else if (work.isFormula()) {
            evaluate(tile, work);
        } else {
            merge(tile, work);
        }
        crc32c = StreamDigest.crc32c(out);
        compareCopies(tile, work);
        MirrorEqualsBase mirror = work.mirror();
        differing = mirror == null ? 0 : countDiffering(tile, mirror);
        if (job.tallies().get(tile.tensor()).wantsSource()) {
            source.clear().limit((int) tensor.value().dtype().bytes(tile.elements()));
            job.values().bytes(tensor.value(), tile.first(), source);
            source.flip();
        }
    }

    @Override
    public void commit(int index) throws IOException {
        Tile tile = job.tiles().get(index);
        TensorTally tally = job.tallies().get(tile.tensor());
        tally.add(out, crc32c, sums, differing);
        tally.addCopies(copies);
        if (tally.wantsSource()) {
            tally.addSource(source);
        }
        job.write(index, out, crc32c);
    }

    private void copy(Tile tile, OutputTensor tensor) throws IOException {
        job.values().bytes(tensor.value(), tile.first(), out);
        out.flip();
        if (job.refusals().asserted()
                && !job.values().isKnownFinite(tensor.value())
                && !scan.allFinite(out, tensor.dtype())) {
            throw new NonFinite(job, tile, tensor).refusal();
        }
    }

    private void merge(Tile tile, TensorWork work) throws IOException {
        OutputTensor tensor = work.tensor();
        values = atLeast(values, tile.elements());
        job.values().floats(tensor.value(), tile.first(), values, tile.elements());
        List<Factors> factors = work.factors();
        sums = panels.merge(tile, values, factors, tensor.dtype(), outMemory);
        if (!Double.isFinite(sums.lost())) {
            panels.examine(tile, values, factors, tensor.dtype(), complaint(tile, tensor));
        }
    }

    private void evaluate(Tile tile, TensorWork work) throws IOException {
        OutputTensor tensor = work.tensor();
        values = atLeast(values, tile.elements());
        results = atLeast(results, tile.elements());
        job.values().floats(tensor.value(), tile.first(), values, tile.elements());
        work.formula(job.values()).read(Math.toIntExact(tile.row()), tile.rows(), results, 0);
        sums = panels.round(tile, values, results, tensor.dtype(), outMemory);
        if (!Double.isFinite(sums.lost())) {
            panels.examine(tile, values, results, tensor.dtype(), complaint(tile, tensor));
        }
    }

    /** Ends the run for the first value that is no finite number. */
    private PanelMerge.Complaint complaint(Tile tile, OutputTensor tensor) throws IOException {
        RefusedInput ofValue = new NonFinite(job, tile, tensor).refusal();
        return (row, column, base, merged) -> {
            throw Float.isFinite(base)
                    ? job.refusals().result(tensor, tile.row() + row, tile.column() + column, merged)
                    : ofValue;
        };
    }

    private long countDiffering(Tile tile, MirrorEqualsBase mirror) throws IOException {
        long inBase = mirror.base().shape().elements() - tile.first();
        int count = (int) Math.clamp(inBase, 0, tile.elements());
        values = atLeast(values, tile.elements());
        mirrored = atLeast(mirrored, tile.elements());
        DType exact = mirror.mirror().dtype();
        job.values().floats(mirror.base(), tile.first(), values, count);
        job.values().floats(new Stored(mirror.mirror(), exact), tile.first(), mirrored, count);
        long differing = (long) tile.elements() - count;
        for (int i = 0; i < count; i++) {
            differing += values[i] == mirrored[i] ? 0 : 1;
        }
        return differing;
    }

    /** After the tile's own work, so that the base's values are there already. */
    private void compareCopies(Tile tile, TensorWork work) throws IOException {
        copies = List.of();
        if (work.copies().isEmpty()) {
            return;
        }
        OutputTensor tensor = work.tensor();
        if (work.isCopied() && tensor.dtype().isMergeable()) {
            values = atLeast(values, tile.elements());
            int width = tensor.dtype().bits() / Byte.SIZE;
            for (int i = 0; i < tile.elements(); i++) {
                int bits = width == Integer.BYTES ? out.getInt(i * width) : out.getShort(i * width) & 0xFFFF;
                values[i] = Rounding.fromBits(tensor.dtype(), bits);
            }
        }
        List<CopySums> found = new ArrayList<>();
        for (CopyCheck copy : work.copies()) {
            found.add(copy.compare(tile.first(), values, tile.elements()));
        }
        copies = found;
    }

    private static float[] atLeast(float[] array, int length) {
        return array.length < length ? new float[length] : array;
    }
}
