package dev.ingot.merge;

import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.work.StageResult.CopyFact;
import dev.ingot.pipeline.work.StageResult.TensorFact;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of one tensor while its tiles are written, in their order. */
final class TensorTally {
    private final TensorWork work;
    private final StreamDigest digest;
    private final @Nullable StreamDigest source;
    private Norms.Sums sums = Norms.Sums.ZERO;
    private long differing;
    private final List<CopySums> copies = new ArrayList<>();

    TensorTally(TensorWork work, boolean provenance) {
        this.work = work;
        this.digest = StreamDigest.forRun(provenance);
        this.source = provenance && !work.isCopied() ? StreamDigest.forRun(true) : null;
    }

    /** Whether the bytes of the value are wanted too, beside those of the output. */
    boolean wantsSource() {
        return source != null;
    }

    /** @param crc32c of the output's bytes */
    void add(ByteBuffer output, int crc32c, Norms.Sums tile, long differingFromBase) {
        digest.update(output, crc32c);
        sums = sums.plus(tile);
        differing += differingFromBase;
    }

    /** What a tile adds to the comparison of each copy. */
    void addCopies(List<CopySums> tile) {
        for (int i = 0; i < tile.size(); i++) {
            if (i == copies.size()) {
                copies.add(CopySums.ZERO);
            }
            copies.set(i, copies.get(i).plus(tile.get(i)));
        }
    }

    /** How the copies of it compare with the base, once all tiles are written. */
    List<CopyOf> copies() {
        List<CopyOf> found = new ArrayList<>();
        for (int i = 0; i < copies.size(); i++) {
            CopyCheck check = work.copies().get(i);
            found.add(new CopyOf(check.fact(copies.get(i)), check.refused()));
        }
        return found;
    }

    /** A comparison, and whether a difference ends the run. */
    record CopyOf(CopyFact fact, boolean refused) {}

    void addSource(ByteBuffer bytes) {
        if (source != null) {
            source.update(bytes);
        }
    }

    /** Ends the digests: called once. */
    TensorFact fact() {
        OutputTensor tensor = work.tensor();
        boolean touched = !tensor.isUntouched();
        String hex = digest.hex();
        String sourceHex = work.isCopied() ? hex : source == null ? "" : source.hex();
        return new TensorFact(
                tensor.name(),
                tensor.dtype(),
                tensor.shape(),
                touched,
                hex,
                sourceHex,
                touched ? Math.sqrt(sums.weight()) : 0,
                touched ? Math.sqrt(sums.delta()) : 0,
                touched ? Math.sqrt(sums.lost()) : 0);
    }

    /** A sentence where the adapter's copy of the base turned out not to be one. */
    Optional<String> note() {
        if (differing == 0) {
            return Optional.empty();
        }
        return Optional.of(
                "The adapter's copy of %s differs from the base in %,d of %,d values; the merged model has the adapter's."
                        .formatted(
                                work.tensor().name(),
                                differing,
                                work.tensor().shape().elements()));
    }
}
