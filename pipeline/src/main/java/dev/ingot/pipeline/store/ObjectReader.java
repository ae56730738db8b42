package dev.ingot.pipeline.store;

import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The reading half of a store; also a bucket of somebody else's, in which keys follow no rule of ours. IOException means try again. */
public interface ObjectReader {
    /** Opens an object for ranged reading, or empty when there is none. The caller closes it. */
    Optional<RangedFile> open(String key) throws IOException;

    /** Everything under a prefix that is empty or ends in {@code /}, sorted by key; complete right after a write. */
    List<ObjectInfo> list(String prefix) throws IOException;
}
