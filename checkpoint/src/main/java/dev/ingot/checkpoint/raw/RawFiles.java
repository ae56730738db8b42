package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.assembly.AssembledFile;
import dev.ingot.checkpoint.assembly.Assembly;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A file set in which the assembled files of its containers can be opened too, by {@link Assembly#SUFFIX} behind the container's name. A worker that
 * gets such a name in a plan reads the container's headers again and needs no more. Assembled files are not listed.
 */
public record RawFiles(FileSet files) implements FileSet {
    @Override
    public String location() {
        return files.location();
    }

    @Override
    public List<FileInfo> list() throws IOException {
        return files.list();
    }

    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        Optional<String> anchor = Assembly.anchorOf(name);
        return anchor.isEmpty()
                ? files.open(name)
                : Optional.of(new AssembledFile(RawTensors.assembly(files, anchor.get()), files));
    }

    @Override
    public String toString() {
        return files.toString();
    }
}
