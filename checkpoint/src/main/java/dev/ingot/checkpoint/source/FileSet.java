package dev.ingot.checkpoint.source;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The files of one checkpoint or adapter: a local folder, a prefix of a bucket, a revision on a hub. Read-only. */
public interface FileSet {
    /** Where this is, for messages and provenance: a path or URI without secrets. */
    String location();

    /** All files, by name. Not for sets of more than some ten thousand files. */
    List<FileInfo> list() throws IOException;

    /** Opens one file, or empty when there is none of that name. */
    Optional<RangedFile> open(String name) throws IOException;
}
