package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.plan.InputFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A file of which ranges can be read before all of it is known to be what its identity says: enough for headers, and never for weights. */
public interface RemoteFile extends RangedFile {
    /** Makes every later read one of content that was held against the file's digest. */
    void requireWhole() throws IOException;

    /** Does so with all files of a plan that need it; those that are gone are left to whoever opens them. */
    static void requireWhole(List<InputFile> inputs, FileSets sources) throws IOException {
        for (InputFile input : inputs) {
            Optional<RangedFile> opened = sources.open(input.location()).open(input.name());
            if (opened.isPresent()) {
                try (RangedFile file = opened.get()) {
                    if (file instanceof RemoteFile remote) {
                        remote.requireWhole();
                    }
                }
            }
        }
    }
}
