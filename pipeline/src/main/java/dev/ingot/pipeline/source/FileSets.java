package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;

/** Opens the file set at a location, where the policy allows it. */
@FunctionalInterface
public interface FileSets {
    /** RefusedInput {@code source.*} when the location is no place that may be read. */
    FileSet open(String location) throws IOException;
}
