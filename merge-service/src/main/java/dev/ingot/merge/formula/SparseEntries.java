package dev.ingot.merge.formula;

import dev.ingot.pipeline.plan.Entries.Scattered;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Entries of a sparse matrix, sorted by row and then by their place in the file; read by whoever asks first. */
final class SparseEntries {
    private final Loading loading;
    private @Nullable Sorted sorted;

    /** Reads them. */
    @FunctionalInterface
    interface Loading {
        Sorted load() throws IOException;
    }

    /** Flat indices, ascending, and the value of each. */
    @SuppressWarnings("ArrayRecordComponent")
    record Sorted(long[] places, float[] values) {}

    SparseEntries(Loading loading) {
        this.loading = loading;
    }

    static Sorted read(Scattered scattered, AdapterTensors adapter, Held values) throws IOException {
        float[] each = values.dense().values();
        boolean flat = scattered.indices().shape().elements() == each.length;
        int limit = flat
                ? Math.multiplyExact(scattered.rows(), scattered.columns())
                : Math.max(scattered.rows(), scattered.columns());
        int[] indices = adapter.indices(scattered.indices(), limit);
        long[] keys = new long[each.length];
        for (int k = 0; k < keys.length; k++) {
            long place = flat ? indices[k] : (long) indices[k] * scattered.columns() + indices[each.length + k];
            keys[k] = place << 31 | k;
        }
        Arrays.sort(keys);
        long[] places = new long[keys.length];
        float[] sortedValues = new float[keys.length];
        for (int k = 0; k < keys.length; k++) {
            places[k] = keys[k] >>> 31;
            sortedValues[k] = each[(int) (keys[k] & Integer.MAX_VALUE)];
        }
        return new Sorted(places, sortedValues);
    }

    /** Adds what stands in rows {@code [first, first + count)}. */
    void addTo(int first, int count, int columns, float[] into, int at) throws IOException {
        Sorted entries = entries();
        long begin = (long) first * columns;
        long end = begin + (long) count * columns;
        int found = Arrays.binarySearch(entries.places(), begin);
        int k = found < 0 ? -found - 1 : found;
        while (k > 0 && entries.places()[k - 1] >= begin) {
            k--;
        }
        for (; k < entries.places().length && entries.places()[k] < end; k++) {
            into[at + (int) (entries.places()[k] - begin)] += entries.values()[k];
        }
    }

    private synchronized Sorted entries() throws IOException {
        if (sorted == null) {
            sorted = loading.load();
        }
        return sorted;
    }
}
